package dev.tollgate.persistence.tenancy;

import static dev.tollgate.persistence.database.Rows.param;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Pages;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Projects in PostgreSQL.
public final class PostgresProjects implements Projects {
  private static final String COLUMNS =
      "tenant_id, id, business_unit_id, name, capture, retention_days, archived, created_at";

  private final Database database;

  public PostgresProjects(Database database) {
    this.database = database;
  }

  @Override
  public void add(Project project) {
    database.inTenant(
        project.tenant(),
        tx ->
            tx.createInsert(
                    "insert into tollgate.project (" + COLUMNS + ") values (?,?,?,?,?,?,?,?)")
                .addParam(project.tenant().value())
                .addParam(project.id().value())
                .addParam(project.businessUnit().value())
                .addParam(project.name())
                .addParam(project.capture().wire())
                .addParam(project.retention().days())
                .addParam(project.archived())
                .addParam(param(project.createdAt()))
                .execute());
  }

  @Override
  public Optional<Project> find(TenantId tenant, ProjectId id) {
    return database.inTenant(tenant, tx -> find(tx, tenant, id, ""));
  }

  private static Optional<Project> find(DbExecute tx, TenantId tenant, ProjectId id, String lock) {
    return Rows.one(
        tx.createQuery(
                "select "
                    + COLUMNS
                    + " from tollgate.project where tenant_id = ? and id = ?"
                    + lock)
            .addParam(tenant.value())
            .addParam(id.value())
            .execute(),
        PostgresProjects::project);
  }

  @Override
  public Page<Project> list(TenantId tenant, @Nullable UUID cursor, int limit) {
    List<Project> found =
        database.inTenant(
            tenant,
            tx ->
                Rows.all(
                    tx.createQuery(
                            "select "
                                + COLUMNS
                                + " from tollgate.project where tenant_id = ?"
                                + " and id < ? order by id desc limit ?")
                        .addParam(tenant.value())
                        .addParam(Pages.before(cursor))
                        .addParam(limit + 1)
                        .execute(),
                    PostgresProjects::project));
    return Pages.of(found, limit, project -> project.id().value());
  }

  @Override
  public Optional<Project> update(TenantId tenant, ProjectId id, UnaryOperator<Project> change) {
    return database.inTenant(
        tenant,
        tx -> {
          Optional<Project> changed = find(tx, tenant, id, " for update").map(change);
          changed.ifPresent(
              project ->
                  tx.createUpdate(
                          """
                          update tollgate.project set name = ?, capture = ?, retention_days = ?,
                            archived = ? where tenant_id = ? and id = ?
                          """)
                      .addParam(project.name())
                      .addParam(project.capture().wire())
                      .addParam(project.retention().days())
                      .addParam(project.archived())
                      .addParam(tenant.value())
                      .addParam(id.value())
                      .execute());
          return changed;
        });
  }

  @Override
  public BusinessUnitId rootOf(TenantId tenant) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.one(
                    tx.createQuery(
                            "select id from tollgate.business_unit"
                                + " where tenant_id = ? and parent_id is null")
                        .addParam(tenant.value())
                        .execute(),
                    row -> new BusinessUnitId(Rows.uuid(row, "id")))
                .orElseThrow(() -> new IllegalStateException("the tenant has no root")));
  }

  @Override
  public boolean hasBusinessUnit(TenantId tenant, BusinessUnitId id) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.one(
                    tx.createQuery(
                            "select id from tollgate.business_unit where tenant_id = ? and id = ?")
                        .addParam(tenant.value())
                        .addParam(id.value())
                        .execute(),
                    row -> row)
                .isPresent());
  }

  private static Project project(DbRow row) {
    return new Project(
        new ProjectId(Rows.uuid(row, "id")),
        new TenantId(Rows.uuid(row, "tenant_id")),
        new BusinessUnitId(Rows.uuid(row, "business_unit_id")),
        Rows.text(row, "name"),
        Capture.parse(Rows.text(row, "capture")),
        Retention.ofDays((int) Rows.number(row, "retention_days")),
        Rows.flag(row, "archived"),
        Rows.time(row, "created_at"));
  }
}
