package dev.tollgate.persistence.notifications;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.NotificationId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.WebhookId;
import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.notifications.Notification.Channel;
import dev.tollgate.domain.notifications.Notification.Status;
import dev.tollgate.domain.notifications.Outbox;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Pages;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import io.helidon.dbclient.DbTransaction;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The outbox in PostgreSQL.
public final class PostgresOutbox implements Outbox {
  private static final int AT_ONCE = 50;
  private static final String COLUMNS =
      "tenant_id, id, type, channel, receiver, subject, body, payload, status, attempts, error,"
          + " created_at, finished_at";

  private final Database database;
  private final Ids ids;

  public PostgresOutbox(Database database, Ids ids) {
    this.database = database;
    this.ids = ids;
  }

  @Override
  public int takeAlerts() {
    return database.acrossTenants(this::takeAlerts);
  }

  /// Thresholds that one change crossed are one message: the highest is told, the others are taken.
  private static final String TAKE =
      """
      with due as (select a.tenant_id, a.budget_id, a.starts, a.threshold, a.limit_nanos
          from tollgate.budget_alert a where not a.taken order by a.at limit ?
          for update skip locked),
        taken as (update tollgate.budget_alert a set taken = true from due
          where a.tenant_id = due.tenant_id and a.budget_id = due.budget_id
            and a.starts = due.starts and a.threshold = due.threshold
            and a.limit_nanos = due.limit_nanos
          returning a.*),
        highest as (select distinct on (t.tenant_id, t.budget_id, t.starts, t.at, t.threshold = 0) t.*
          from taken t
          order by t.tenant_id, t.budget_id, t.starts, t.at, t.threshold = 0, t.threshold desc)
      select h.*, b.scope, b.scope_id, b.time_window, b.policy, b.notify, b.models,
        coalesce(case b.scope when 'tenant' then t.name
          when 'business_unit' then (select u.name from tollgate.business_unit u
            where u.tenant_id = b.tenant_id and u.id = b.scope_id)
          when 'project' then (select p.name from tollgate.project p
            where p.tenant_id = b.tenant_id and p.id = b.scope_id)
          when 'key' then (select k.name from tollgate.virtual_key k
            where k.tenant_id = b.tenant_id and k.id = b.scope_id) end, '') as scope_name,
        tollgate.window_end(b.time_window, t.time_zone, h.starts) as ends
      from highest h join tollgate.budget b on b.id = h.budget_id
      join tollgate.tenant t on t.id = h.tenant_id
      """;

  private int takeAlerts(DbTransaction tx) {
    List<Alert> alerts =
        Rows.all(tx.createQuery(TAKE).addParam(AT_ONCE).execute(), PostgresOutbox::alert);
    for (Alert alert : alerts) {
      alert.receivers().forEach(address -> add(tx, alert, Channel.EMAIL, address));
      for (WebhookId webhook : webhooks(tx, alert.tenant())) {
        add(tx, alert, Channel.WEBHOOK, webhook.toString());
      }
    }
    return alerts.size();
  }

  private static List<WebhookId> webhooks(DbTransaction tx, UUID tenant) {
    return Rows.all(
        tx.createQuery("select id from tollgate.webhook where tenant_id = ?")
            .addParam(tenant)
            .execute(),
        row -> new WebhookId(Rows.uuid(row, "id")));
  }

  private record Alert(UUID tenant, List<String> receivers, BudgetMessage message) {}

  private static Alert alert(DbRow row) {
    return new Alert(Rows.uuid(row, "tenant_id"), Rows.texts(row, "notify"), BudgetMessage.of(row));
  }

  private void add(DbTransaction tx, Alert alert, Channel channel, String receiver) {
    tx.createInsert(
            "insert into tollgate.notification (tenant_id, id, type, channel, receiver,"
                + " subject, body, payload) values (?,?,?,?,?,?,?,?)")
        .addParam(alert.tenant())
        .addParam(ids.next())
        .addParam(alert.message().type())
        .addParam(channel.wire())
        .addParam(receiver)
        .addParam(alert.message().subject())
        .addParam(alert.message().text())
        .addParam(alert.message().json())
        .execute();
  }

  @Override
  public List<Notification> claim(int most, Duration lease) {
    return database.acrossTenants(
        tx ->
            Rows.all(
                tx.createQuery(
                        """
                        update tollgate.notification n set attempts = n.attempts + 1,
                          next_attempt_at = tollgate.at() + cast(? as interval)
                        from (select tenant_id, id from tollgate.notification
                          where status = 'pending' and next_attempt_at <= tollgate.at()
                          order by next_attempt_at limit ? for update skip locked) due
                        where n.tenant_id = due.tenant_id and n.id = due.id returning n.*
                        """)
                    .addParam(lease.toString())
                    .addParam(most)
                    .execute(),
                PostgresOutbox::notification));
  }

  @Override
  public void delivered(Notification notification) {
    finish(notification, Status.DELIVERED, null, Duration.ZERO);
  }

  @Override
  public void failed(Notification notification, String error, @Nullable Duration pause) {
    finish(
        notification,
        pause == null ? Status.FAILED : Status.PENDING,
        error.length() > 500 ? error.substring(0, 500) : error,
        pause == null ? Duration.ZERO : pause);
  }

  private void finish(
      Notification notification, Status status, @Nullable String error, Duration pause) {
    database.acrossTenants(
        tx ->
            tx.createUpdate(
                    """
                    update tollgate.notification set status = ?, error = ?,
                      finished_at = case when ? then null else tollgate.at() end,
                      next_attempt_at = tollgate.at() + cast(? as interval)
                    where tenant_id = ? and id = ?
                    """)
                .addParam(status.wire())
                .addParam(error)
                .addParam(status == Status.PENDING)
                .addParam(pause.toString())
                .addParam(notification.tenant().value())
                .addParam(notification.id().value())
                .execute());
  }

  @Override
  public Page<Notification> list(TenantId tenant, @Nullable UUID cursor, int limit) {
    List<Notification> found =
        database.inTenant(
            tenant,
            tx ->
                Rows.all(
                    tx.createQuery(
                            "select "
                                + COLUMNS
                                + " from tollgate.notification where tenant_id = ? and id < ?"
                                + " order by id desc limit ?")
                        .addParam(tenant.value())
                        .addParam(Pages.before(cursor))
                        .addParam(limit + 1)
                        .execute(),
                    PostgresOutbox::notification));
    return Pages.of(found, limit, each -> each.id().value());
  }

  private static Notification notification(DbRow row) {
    return new Notification(
        new NotificationId(Rows.uuid(row, "id")),
        new TenantId(Rows.uuid(row, "tenant_id")),
        Rows.text(row, "type"),
        Channel.valueOf(Rows.text(row, "channel").toUpperCase(Locale.ROOT)),
        Rows.text(row, "receiver"),
        Rows.text(row, "subject"),
        Rows.text(row, "body"),
        Rows.text(row, "payload"),
        Status.valueOf(Rows.text(row, "status").toUpperCase(Locale.ROOT)),
        (int) Rows.number(row, "attempts"),
        Rows.textOrNull(row, "error"),
        Rows.time(row, "created_at"),
        Rows.timeOrNull(row, "finished_at"));
  }
}
