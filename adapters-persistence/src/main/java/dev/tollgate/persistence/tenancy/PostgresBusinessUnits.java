package dev.tollgate.persistence.tenancy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.BusinessUnit;
import dev.tollgate.domain.tenancy.BusinessUnits;
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

/// The tree of business units in PostgreSQL.
public final class PostgresBusinessUnits implements BusinessUnits {
  private static final String SELECT =
      "select id, tenant_id, parent_id, name, created_at from tollgate.business_unit"
          + " where tenant_id = ?";

  /// The lock of moves of a tenant's units: two moves at once could make a circle that neither of
  /// them sees.
  private static final int LOCK = 7012;

  private final Database database;

  public PostgresBusinessUnits(Database database) {
    this.database = database;
  }

  @Override
  public boolean add(BusinessUnit unit) {
    BusinessUnitId parent = unit.parent();
    if (parent == null) {
      throw new IllegalArgumentException("parent is required");
    }
    return database.inTenant(
        unit.tenant(),
        tx ->
            tx.createInsert(
                        "insert into tollgate.business_unit"
                            + " (tenant_id, id, parent_id, name, created_at)"
                            + " select tenant_id, ?, id, ?, ? from tollgate.business_unit"
                            + " where tenant_id = ? and id = ?")
                    .addParam(unit.id().value())
                    .addParam(unit.name())
                    .addParam(Rows.param(unit.createdAt()))
                    .addParam(unit.tenant().value())
                    .addParam(parent.value())
                    .execute()
                > 0);
  }

  @Override
  public Optional<BusinessUnit> find(TenantId tenant, BusinessUnitId id) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.one(
                tx.createQuery(SELECT + " and id = ?")
                    .addParam(tenant.value())
                    .addParam(id.value())
                    .execute(),
                PostgresBusinessUnits::unit));
  }

  @Override
  public Page<BusinessUnit> list(TenantId tenant, @Nullable UUID cursor, int limit) {
    List<BusinessUnit> found =
        database.inTenant(
            tenant,
            tx ->
                Rows.all(
                    tx.createQuery(SELECT + " and id < ? order by id desc limit ?")
                        .addParam(tenant.value())
                        .addParam(Pages.before(cursor))
                        .addParam(limit + 1)
                        .execute(),
                    PostgresBusinessUnits::unit));
    return Pages.of(found, limit, unit -> unit.id().value());
  }

  @Override
  public Update update(TenantId tenant, BusinessUnitId id, UnaryOperator<BusinessUnit> change) {
    return database.inTenant(
        tenant,
        tx -> {
          Rows.lock(tx, LOCK, tenant.value().toString());
          BusinessUnit unit =
              Rows.one(
                      tx.createQuery(SELECT + " and id = ? for update")
                          .addParam(tenant.value())
                          .addParam(id.value())
                          .execute(),
                      PostgresBusinessUnits::unit)
                  .orElse(null);
          if (unit == null) {
            return new Update.Missing();
          }
          BusinessUnit changed = change.apply(unit);
          return save(tx, changed) ? new Update.Changed(changed) : new Update.BadParent();
        });
  }

  private static boolean save(DbExecute tx, BusinessUnit unit) {
    BusinessUnitId parent = unit.parent();
    if (parent == null) {
      return tx.createUpdate(
                  """
                  update tollgate.business_unit set name = ?
                  where tenant_id = ? and id = ? and parent_id is null
                  """)
              .addParam(unit.name())
              .addParam(unit.tenant().value())
              .addParam(unit.id().value())
              .execute()
          > 0;
    }
    return tx.createUpdate(
                """
                update tollgate.business_unit set name = ?, parent_id = ?
                where tenant_id = ? and id = ? and parent_id is not null
                  and exists (select 1 from tollgate.business_unit p
                    where p.tenant_id = ? and p.id = ?)
                  and not (? = any(tollgate.units_below(tenant_id, id)))
                """)
            .addParam(unit.name())
            .addParam(parent.value())
            .addParam(unit.tenant().value())
            .addParam(unit.id().value())
            .addParam(unit.tenant().value())
            .addParam(parent.value())
            .addParam(parent.value())
            .execute()
        > 0;
  }

  private static BusinessUnit unit(DbRow row) {
    UUID parent = Rows.uuidOrNull(row, "parent_id");
    return new BusinessUnit(
        new BusinessUnitId(Rows.uuid(row, "id")),
        new TenantId(Rows.uuid(row, "tenant_id")),
        parent == null ? null : new BusinessUnitId(parent),
        Rows.text(row, "name"),
        Rows.time(row, "created_at"));
  }
}
