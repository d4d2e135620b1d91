package dev.tollgate.domain.tenancy;

import static dev.tollgate.domain.tenancy.SampleProjects.aProject;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.stores.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
    assertThat(projects().update(project.tenant(), project.id(), _ -> changed)).contains(changed);
    assertThat(projects().find(project.tenant(), project.id())).contains(changed);
  }

  @Test
  void anUpdateFromAnotherTenantChangesNothing() {
    Project project = add(foundTenant());
    TenantId other = foundTenant();
    assertThat(projects().update(other, project.id(), Project::archive)).isEmpty();
    assertThat(projects().find(project.tenant(), project.id())).contains(project);
    assertThat(projects().find(other, project.id())).isEmpty();
  }

  /// Each of many changes at once sees what the one before it did.
  @Test
  void noChangeIsLostWhenManyChangeAtOnce() throws Exception {
    Project project = add(foundTenant());
    List<Callable<Optional<Project>>> changes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      changes.add(
          () ->
              projects()
                  .update(
                      project.tenant(),
                      project.id(),
                      now -> now.renamed(now.name() + "+", now.capture(), now.retention())));
    }
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Optional<Project>> each : executor.invokeAll(changes)) {
        assertThat(each.get()).isPresent();
      }
    }
    assertThat(projects().find(project.tenant(), project.id()).orElseThrow().name())
        .isEqualTo(project.name() + "+".repeat(20));
  }

  @Test
  void whatAChangeThrowsLeavesTheProjectAsItWas() {
    Project project = add(foundTenant());
    assertThatThrownBy(
            () ->
                projects()
                    .update(
                        project.tenant(),
                        project.id(),
                        _ -> {
                          throw new IllegalStateException("no");
                        }))
        .hasMessageContaining("no");
    assertThat(projects().find(project.tenant(), project.id())).contains(project);
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
