package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.Page;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Projects in memory, for tests. Tenants are founded with [#found].
public final class InMemoryProjects implements Projects {
  private final Map<ProjectId, Project> projects = new ConcurrentHashMap<>();
  private final Map<TenantId, BusinessUnitId> roots = new ConcurrentHashMap<>();

  /// Founds a tenant with the root of its business units.
  public TenantId found() {
    TenantId tenant = SampleIds.aTenant();
    roots.put(tenant, new BusinessUnitId(SampleIds.anId()));
    return tenant;
  }

  @Override
  public void add(Project project) {
    if (projects.putIfAbsent(project.id(), project) != null) {
      throw new IllegalStateException("there is a project " + project.id());
    }
  }

  @Override
  public Optional<Project> find(TenantId tenant, ProjectId id) {
    return Optional.ofNullable(projects.get(id)).filter(each -> each.tenant().equals(tenant));
  }

  @Override
  public Page<Project> list(TenantId tenant, @Nullable UUID cursor, int limit) {
    return page(
        projects.values().stream().filter(each -> each.tenant().equals(tenant)).toList(),
        each -> each.id().value(),
        cursor,
        limit);
  }

  @Override
  public Optional<Project> update(TenantId tenant, ProjectId id, UnaryOperator<Project> change) {
    return Optional.ofNullable(
            projects.computeIfPresent(
                id, (_, stored) -> stored.tenant().equals(tenant) ? change.apply(stored) : stored))
        .filter(each -> each.tenant().equals(tenant));
  }

  @Override
  public BusinessUnitId rootOf(TenantId tenant) {
    BusinessUnitId root = roots.get(tenant);
    if (root == null) {
      throw new IllegalStateException("the tenant has no root");
    }
    return root;
  }

  @Override
  public boolean hasBusinessUnit(TenantId tenant, BusinessUnitId id) {
    return id.equals(roots.get(tenant));
  }

  /// The page of some items that a cursor and a limit ask for.
  public static <T> Page<T> page(
      List<T> items, Function<T, UUID> id, @Nullable UUID cursor, int limit) {
    List<T> left =
        items.stream()
            .filter(each -> cursor == null || id.apply(each).compareTo(cursor) < 0)
            .sorted(Comparator.comparing(id).reversed())
            .toList();
    if (left.size() <= limit) {
      return new Page<>(left, null);
    }
    List<T> shown = left.subList(0, limit);
    return new Page<>(shown, id.apply(shown.getLast()));
  }
}
