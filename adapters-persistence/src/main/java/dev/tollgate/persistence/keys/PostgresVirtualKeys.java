package dev.tollgate.persistence.keys;

import static dev.tollgate.persistence.database.Rows.param;
import static dev.tollgate.persistence.database.Rows.paramOrNull;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.StoredSecret;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Pages;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbExecute;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Virtual keys in PostgreSQL.
public final class PostgresVirtualKeys implements VirtualKeys {
  private final Database database;

  public PostgresVirtualKeys(Database database) {
    this.database = database;
  }

  @Override
  public boolean add(VirtualKey key, StoredSecret secret) {
    MemberId owner = key.owner();
    return database.inTenant(
        key.tenant(),
        tx -> {
          tx.createInsert(
                  "insert into tollgate.virtual_key (tenant_id, id, project_id, business_unit_id,"
                      + " owner_id, name, state, expires_at, policy, metadata, tags, hint,"
                      + " created_at) values (?,?,?,?,cast(? as uuid),?,?,cast(? as timestamptz),"
                      + "cast(? as jsonb),cast(? as jsonb),cast(? as jsonb),?,?)")
              .addParam(key.tenant().value())
              .addParam(key.id().value())
              .addParam(key.project().value())
              .addParam(key.businessUnit().value())
              .addParam(owner == null ? null : owner.value().toString())
              .addParam(key.name())
              .addParam(key.state().name())
              .addParam(paramOrNull(key.expiresAt()))
              .addParam(KeyJson.policy(key.policy()))
              .addParam(KeyJson.write(key.metadata()))
              .addParam(KeyJson.write(key.tags()))
              .addParam(key.hint())
              .addParam(param(key.createdAt()))
              .execute();
          return addSecret(tx, key.tenant(), secret) == 1;
        });
  }

  @Override
  public Optional<VirtualKey> find(TenantId tenant, KeyId id) {
    return database.inTenant(tenant, tx -> find(tx, tenant, id, ""));
  }

  @Override
  public Page<VirtualKey> list(TenantId tenant, Filter filter, @Nullable UUID cursor, int limit) {
    var project = filter.project();
    VirtualKey.State state = filter.state();
    String tag = filter.tag();
    List<VirtualKey> found =
        database.inTenant(
            tenant,
            tx ->
                Rows.all(
                    tx.createQuery(
                            "select "
                                + KeyRows.COLUMNS
                                + " from tollgate.virtual_key k"
                                + " where k.tenant_id = ? and k.id < ?"
                                + " and k.project_id = coalesce(cast(? as uuid), k.project_id)"
                                + " and k.state = coalesce(cast(? as text), k.state)"
                                + " and k.name = coalesce(cast(? as text), k.name)"
                                + " and k.tags @> cast(? as jsonb) order by k.id desc limit ?")
                        .addParam(tenant.value())
                        .addParam(Pages.before(cursor))
                        .addParam(project == null ? null : project.value().toString())
                        .addParam(state == null ? null : state.name())
                        .addParam(filter.name())
                        .addParam(tag == null ? "[]" : KeyJson.write(List.of(tag)))
                        .addParam(limit + 1)
                        .execute(),
                    KeyRows::key));
    return Pages.of(found, limit, key -> key.id().value());
  }

  @Override
  public Optional<VirtualKey> update(TenantId tenant, KeyId id, UnaryOperator<VirtualKey> change) {
    return database.inTenant(
        tenant,
        tx -> {
          Optional<VirtualKey> changed = find(tx, tenant, id, " for update").map(change);
          changed.ifPresent(key -> save(tx, key));
          return changed;
        });
  }

  @Override
  public Optional<VirtualKey> rotate(
      TenantId tenant, StoredSecret secret, String hint, Instant overlapEnd) {
    return database.inTenant(
        tenant,
        tx -> {
          Optional<VirtualKey> rotated =
              find(tx, tenant, secret.key(), " for update").map(key -> key.hinted(hint));
          rotated.ifPresent(
              key -> {
                tx.createUpdate(
                        "update tollgate.key_secret set valid_until ="
                            + " least(coalesce(valid_until, 'infinity'), ?)"
                            + " where tenant_id = ? and key_id = ?")
                    .addParam(param(overlapEnd))
                    .addParam(tenant.value())
                    .addParam(key.id().value())
                    .execute();
                addSecret(tx, tenant, secret);
                save(tx, key);
              });
          return rotated;
        });
  }

  private static Optional<VirtualKey> find(DbExecute tx, TenantId tenant, KeyId id, String lock) {
    return Rows.one(
        tx.createQuery(
                "select "
                    + KeyRows.COLUMNS
                    + " from tollgate.virtual_key k"
                    + " where k.tenant_id = ? and k.id = ?"
                    + lock)
            .addParam(tenant.value())
            .addParam(id.value())
            .execute(),
        KeyRows::key);
  }

  private static void save(DbExecute tx, VirtualKey key) {
    tx.createUpdate(
            "update tollgate.virtual_key set name = ?, state = ?,"
                + " expires_at = cast(? as timestamptz), policy = cast(? as jsonb),"
                + " metadata = cast(? as jsonb), tags = cast(? as jsonb), hint = ?"
                + " where tenant_id = ? and id = ?")
        .addParam(key.name())
        .addParam(key.state().name())
        .addParam(paramOrNull(key.expiresAt()))
        .addParam(KeyJson.policy(key.policy()))
        .addParam(KeyJson.write(key.metadata()))
        .addParam(KeyJson.write(key.tags()))
        .addParam(key.hint())
        .addParam(key.tenant().value())
        .addParam(key.id().value())
        .execute();
  }

  private static long addSecret(DbExecute tx, TenantId tenant, StoredSecret secret) {
    return tx.createInsert(
            "insert into tollgate.key_secret (id, tenant_id, key_id, hmac, pepper_version,"
                + " valid_until) values (?,?,?,?,?,cast(? as timestamptz)) on conflict (id) do nothing")
        .addParam(secret.id().value())
        .addParam(tenant.value())
        .addParam(secret.key().value())
        .addParam(secret.hmac())
        .addParam(secret.pepperVersion())
        .addParam(paramOrNull(secret.validUntil()))
        .execute();
  }
}
