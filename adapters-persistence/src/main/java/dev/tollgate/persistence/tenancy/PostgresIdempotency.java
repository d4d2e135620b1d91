package dev.tollgate.persistence.tenancy;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.tenancy.IdempotencyRecords;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.util.Arrays;

/// Idempotency records in PostgreSQL; the primary key decides who comes first. A claim whose node
/// died is free again after a minute.
public final class PostgresIdempotency implements IdempotencyRecords {
  private final Database database;

  public PostgresIdempotency(Database database) {
    this.database = database;
  }

  @Override
  public Claim claim(TenantId tenant, String key, byte[] request) {
    return database.inTenant(
        tenant,
        tx -> {
          tx.createDelete(
                  "delete from tollgate.idempotency where tenant_id = ? and key = ?"
                      + " and status is null and created_at < tollgate.at() - interval '1 minute'")
              .addParam(tenant.value())
              .addParam(key)
              .execute();
          long added =
              tx.createInsert(
                      "insert into tollgate.idempotency (tenant_id, key, request)"
                          + " values (?,?,?) on conflict do nothing")
                  .addParam(tenant.value())
                  .addParam(key)
                  .addParam(request)
                  .execute();
          if (added == 1) {
            return new Claim.First();
          }
          return Rows.one(
                  tx.createQuery(
                          "select request, status, body from tollgate.idempotency"
                              + " where tenant_id = ? and key = ?")
                      .addParam(tenant.value())
                      .addParam(key)
                      .execute(),
                  row -> claim(row, request))
              .orElseGet(Claim.InProgress::new);
        });
  }

  @Override
  public void complete(TenantId tenant, String key, int status, byte[] body) {
    database.inTenant(
        tenant,
        tx ->
            tx.createUpdate(
                    "update tollgate.idempotency set status = ?, body = ?"
                        + " where tenant_id = ? and key = ?")
                .addParam(status)
                .addParam(body)
                .addParam(tenant.value())
                .addParam(key)
                .execute());
  }

  @Override
  public void release(TenantId tenant, String key) {
    database.inTenant(
        tenant,
        tx ->
            tx.createDelete(
                    "delete from tollgate.idempotency where tenant_id = ? and key = ?"
                        + " and status is null")
                .addParam(tenant.value())
                .addParam(key)
                .execute());
  }

  private static Claim claim(DbRow row, byte[] request) {
    if (!Arrays.equals(Rows.bytes(row, "request"), request)) {
      return new Claim.OtherRequest();
    }
    Long status = Rows.numberOrNull(row, "status");
    return status == null
        ? new Claim.InProgress()
        : new Claim.Done(status.intValue(), Rows.bytes(row, "body"));
  }
}
