package dev.tollgate.persistence.notifications;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.WebhookId;
import dev.tollgate.domain.notifications.Webhooks;
import dev.tollgate.domain.secrets.SealedCredential;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/// Webhooks in PostgreSQL; their secrets are sealed.
public final class PostgresWebhooks implements Webhooks {
  private final Database database;

  public PostgresWebhooks(Database database) {
    this.database = database;
  }

  @Override
  public void add(Webhook webhook, SealedCredential secret) {
    long _ =
        database.inTenant(
            webhook.tenant(),
            tx ->
                tx.createInsert(
                        "insert into tollgate.webhook (tenant_id, id, url, allow_private_network,"
                            + " kek_id, wrapped_key, nonce, ciphertext, hint, created_at)"
                            + " values (?,?,?,?,?,?,?,?,?,?)")
                    .addParam(webhook.tenant().value())
                    .addParam(webhook.id().value())
                    .addParam(webhook.url().toString())
                    .addParam(webhook.allowPrivateNetwork())
                    .addParam(secret.keyId())
                    .addParam(secret.wrappedKey())
                    .addParam(secret.nonce())
                    .addParam(secret.ciphertext())
                    .addParam(secret.hint())
                    .addParam(Rows.param(webhook.createdAt()))
                    .execute());
  }

  @Override
  public Optional<Webhook> find(TenantId tenant, WebhookId id) {
    return all(tenant).stream().filter(webhook -> webhook.id().equals(id)).findFirst();
  }

  @Override
  public List<Webhook> all(TenantId tenant) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.all(
                tx.createQuery(
                        "select id, tenant_id, url, allow_private_network, created_at"
                            + " from tollgate.webhook where tenant_id = ? order by id desc")
                    .addParam(tenant.value())
                    .execute(),
                PostgresWebhooks::webhook));
  }

  @Override
  public Optional<SealedCredential> secret(TenantId tenant, WebhookId id) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.one(
                tx.createQuery(
                        "select kek_id, wrapped_key, nonce, ciphertext, hint from tollgate.webhook"
                            + " where tenant_id = ? and id = ?")
                    .addParam(tenant.value())
                    .addParam(id.value())
                    .execute(),
                Rows::sealed));
  }

  @Override
  public boolean remove(TenantId tenant, WebhookId id) {
    return database.inTenant(
        tenant,
        tx ->
            tx.createDelete("delete from tollgate.webhook where tenant_id = ? and id = ?")
                    .addParam(tenant.value())
                    .addParam(id.value())
                    .execute()
                > 0);
  }

  private static Webhook webhook(DbRow row) {
    return new Webhook(
        new WebhookId(Rows.uuid(row, "id")),
        new TenantId(Rows.uuid(row, "tenant_id")),
        URI.create(Rows.text(row, "url")),
        Rows.flag(row, "allow_private_network"),
        Rows.time(row, "created_at"));
  }
}
