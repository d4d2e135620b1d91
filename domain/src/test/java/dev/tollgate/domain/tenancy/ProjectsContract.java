package dev.tollgate.domain.tenancy;

import static dev.tollgate.domain.tenancy.SampleProjects.aProject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every store of projects promises.
public abstract class ProjectsContract {
  protected abstract Projects projects();

  /// A new tenant with the root of its business units.
  protected abstract TenantId foundTenant();

  private Project add(TenantId tenant) {
    Project project = aProject(tenant, projects().rootOf(tenant));
    projects().add(project);
    return project;
  }

  @Test
  void findsAProjectAsItWasAdded() {
    Project project = add(foundTenant());
    assertThat(projects().find(project.tenant(), project.id())).contains(project);
  }

  @Test
  void doesNotFindWhatIsNotThere() {
    assertThat(projects().find(foundTenant(), new ProjectId(SampleIds.anId()))).isEmpty();
  }

  @Test
  void hidesProjectsOfOtherTenants() {
    Project project = add(foundTenant());
    TenantId other = foundTenant();
    assertThat(projects().find(other, project.id())).isEmpty();
    assertThat(projects().list(other, null, 10).items()).isEmpty();
  }

  @Test
  void listsNewestFirstInPages() {
    TenantId tenant = foundTenant();
    List<Project> added = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      added.addFirst(add(tenant));
    }
    List<Project> listed = new ArrayList<>();
    @Nullable UUID cursor = null;
    int pages = 0;
    do {
      Page<Project> page = projects().list(tenant, cursor, 3);
      listed.addAll(page.items());
      cursor = page.next();
      pages++;
    } while (cursor != null);
    assertThat(listed).isEqualTo(added);
    assertThat(pages).isEqualTo(3);
  }

  @Test
  void aPageThatHoldsTheRestIsTheLast() {
    TenantId tenant = foundTenant();
    add(tenant);
    add(tenant);
    assertThat(projects().list(tenant, null, 2).next()).isNull();
  }

  @Test
  void updatesEverythingThatMayChange() {
    Project project = add(foundTenant());
    Project changed = project.renamed("ads", Capture.FULL, Retention.DAYS_400).archive();
    projects().update(changed);
    assertThat(projects().find(project.tenant(), project.id())).contains(changed);
  }

  @Test
  void anUpdateFromAnotherTenantChangesNothing() {
    Project project = add(foundTenant());
    TenantId other = foundTenant();
    projects()
        .update(
            new Project(
                project.id(),
                other,
                projects().rootOf(other),
                "stolen",
                Capture.NONE,
                Retention.DAYS_7,
                true,
                project.createdAt()));
    assertThat(projects().find(project.tenant(), project.id())).contains(project);
    assertThat(projects().find(other, project.id())).isEmpty();
  }

  @Test
  void knowsTheBusinessUnitsOfATenant() {
    TenantId tenant = foundTenant();
    BusinessUnitId root = projects().rootOf(tenant);
    assertThat(projects().hasBusinessUnit(tenant, root)).isTrue();
    assertThat(projects().hasBusinessUnit(foundTenant(), root)).isFalse();
    assertThat(projects().hasBusinessUnit(tenant, new BusinessUnitId(SampleIds.anId()))).isFalse();
  }
}
