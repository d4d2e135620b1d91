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
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
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
    return database.asLedgerAtOnce(this::takeAlerts);
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

  private int takeAlerts(Connection connection) throws SQLException {
    int made = 0;
    try (PreparedStatement take = connection.prepareStatement(TAKE);
        PreparedStatement webhooks =
            connection.prepareStatement("select id from tollgate.webhook where tenant_id = ?");
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into tollgate.notification (tenant_id, id, type, channel, receiver,"
                    + " subject, body, payload) values (?,?,?,?,?,?,?,?)")) {
      take.setInt(1, AT_ONCE);
      try (ResultSet alert = take.executeQuery()) {
        while (alert.next()) {
          made++;
          address(alert, webhooks, insert);
        }
      }
      insert.executeBatch();
    }
    return made;
  }

  private void address(ResultSet alert, PreparedStatement webhooks, PreparedStatement insert)
      throws SQLException {
    BudgetMessage message = BudgetMessage.of(alert);
    UUID tenant = alert.getObject("tenant_id", UUID.class);
    for (Object address : (Object[]) alert.getArray("notify").getArray()) {
      add(insert, tenant, Channel.EMAIL, address.toString(), message);
    }
    webhooks.setObject(1, tenant);
    try (ResultSet webhook = webhooks.executeQuery()) {
      while (webhook.next()) {
        String id = new WebhookId(webhook.getObject(1, UUID.class)).toString();
        add(insert, tenant, Channel.WEBHOOK, id, message);
      }
    }
  }

  private void add(
      PreparedStatement insert,
      UUID tenant,
      Channel channel,
      String receiver,
      BudgetMessage message)
      throws SQLException {
    insert.setObject(1, tenant);
    insert.setObject(2, ids.next());
    insert.setString(3, message.type());
    insert.setString(4, channel.wire());
    insert.setString(5, receiver);
    insert.setString(6, message.subject());
    insert.setString(7, message.text());
    insert.setString(8, message.json());
    insert.addBatch();
  }

  @Override
  public List<Notification> claim(int most, Duration lease) {
    return database.asLedger(
        connection -> {
          try (PreparedStatement claim =
              connection.prepareStatement(
                  "update tollgate.notification n set attempts = n.attempts + 1,"
                      + " next_attempt_at = tollgate.at() + make_interval(secs => ?)"
                      + " from (select tenant_id, id from tollgate.notification"
                      + " where status = 'pending' and next_attempt_at <= tollgate.at()"
                      + " order by next_attempt_at limit ? for update skip locked) due"
                      + " where n.tenant_id = due.tenant_id and n.id = due.id returning n.*")) {
            claim.setLong(1, lease.toSeconds());
            claim.setInt(2, most);
            return notifications(claim);
          }
        });
  }

  @Override
  public void delivered(Notification notification) {
    finish(
        notification, "status = 'delivered', finished_at = tollgate.at(), error = null", null, 0);
  }

  @Override
  public void failed(Notification notification, String error, @Nullable Duration pause) {
    String outcome =
        pause == null
            ? "status = 'failed', finished_at = tollgate.at(), error = ?"
            : "error = ?, next_attempt_at = tollgate.at() + make_interval(secs => ?)";
    finish(notification, outcome, error, pause == null ? 0 : pause.toSeconds());
  }

  private void finish(
      Notification notification, String outcome, @Nullable String error, long pauseSeconds) {
    int _ =
        database.asLedger(
            connection -> {
              try (PreparedStatement update =
                  connection.prepareStatement(
                      "update tollgate.notification set "
                          + outcome
                          + " where tenant_id = ? and id = ?")) {
                int next = 1;
                if (error != null) {
                  update.setString(next++, error.length() > 500 ? error.substring(0, 500) : error);
                }
                if (pauseSeconds > 0) {
                  update.setLong(next++, pauseSeconds);
                }
                update.setObject(next++, notification.tenant().value());
                update.setObject(next, notification.id().value());
                return update.executeUpdate();
              }
            });
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

  private static List<Notification> notifications(PreparedStatement select) throws SQLException {
    List<Notification> found = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        Timestamp finished = row.getTimestamp("finished_at");
        found.add(
            new Notification(
                new NotificationId(row.getObject("id", UUID.class)),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("type"),
                Channel.valueOf(row.getString("channel").toUpperCase(Locale.ROOT)),
                row.getString("receiver"),
                row.getString("subject"),
                row.getString("body"),
                row.getString("payload"),
                Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getInt("attempts"),
                row.getString("error"),
                row.getTimestamp("created_at").toInstant(),
                finished == null ? null : finished.toInstant()));
      }
    }
    return found;
  }
}
