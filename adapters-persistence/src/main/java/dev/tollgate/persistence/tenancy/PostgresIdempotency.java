package dev.tollgate.persistence.tenancy;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.IdempotencyRecords;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import java.util.Arrays;
import java.util.List;

/// Idempotency records in PostgreSQL. A lock of the transaction keeps twins apart: it is asked for
/// and never waited for, and the server gives it back whatever becomes of the node.
public final class PostgresIdempotency implements IdempotencyRecords {
  private static final int MESSAGE = 1;

  private final Database database;

  public PostgresIdempotency(Database database) {
    this.database = database;
  }

  @Override
  public Claim claim(TenantId tenant, String key, List<byte[]> request) {
    return database.inTenant(
        tenant,
        tx -> {
          if (!lock(tx, tenant, key)) {
            return new Claim.InProgress();
          }
          return Rows.one(
                  tx.createQuery(
                          """
                          select request, status, body, form,
                            created_at < tollgate.at() - interval '1 minute' as old
                          from tollgate.idempotency where tenant_id = ? and key = ?
                          """)
                      .addParam(tenant.value())
                      .addParam(key)
                      .execute(),
                  row -> claim(row, request))
              .orElseGet(Claim.First::new);
        });
  }

  private static boolean lock(DbExecute tx, TenantId tenant, String key) {
    return Rows.one(
            tx.createQuery("select pg_try_advisory_xact_lock(hashtextextended(?, 7013)) as locked")
                .addParam(tenant.value() + " " + key)
                .execute(),
            row -> Rows.flag(row, "locked"))
        .orElse(false);
  }

  @Override
  public void keep(TenantId tenant, String key, byte[] request, Kept answer) {
    database.inTenant(
        tenant,
        tx ->
            tx.createInsert(
                    """
                    insert into tollgate.idempotency (tenant_id, key, request, status, body, form)
                    values (?,?,?,?,?,?)
                    on conflict (tenant_id, key) do update set request = excluded.request,
                      status = excluded.status, body = excluded.body, form = excluded.form,
                      created_at = tollgate.at()
                    """)
                .addParam(tenant.value())
                .addParam(key)
                .addParam(request)
                .addParam(answer.status())
                .addParam(answer.body())
                .addParam(MESSAGE)
                .execute());
  }

  /// A row without a status is the claim of a node of the version before, which is worth nothing
  /// when it has died.
  private static Claim claim(DbRow row, List<byte[]> request) {
    Long status = Rows.numberOrNull(row, "status");
    if (status == null && Rows.flag(row, "old")) {
      return new Claim.First();
    }
    byte[] kept = Rows.bytes(row, "request");
    if (request.stream().noneMatch(each -> Arrays.equals(each, kept))) {
      return new Claim.OtherRequest();
    }
    boolean json = Rows.numberOrNull(row, "form") == null;
    return status == null
        ? new Claim.InProgress()
        : new Claim.Done(new Kept(status.intValue(), Rows.bytes(row, "body"), json));
  }
}
