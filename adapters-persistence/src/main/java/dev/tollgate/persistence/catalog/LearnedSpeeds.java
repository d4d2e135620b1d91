package dev.tollgate.persistence.catalog;

import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.catalog.Speeds;
import dev.tollgate.domain.catalog.TopSpeed;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.persistence.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// Speeds of deployments, in memory and in PostgreSQL. [#run] writes what was seen here and reads
/// what was seen elsewhere.
public final class LearnedSpeeds implements Speeds, Runnable {
  private final Database database;
  private final Map<Deployment, TopSpeed> known = new ConcurrentHashMap<>();
  private final Map<Deployment, TopSpeed> unwritten = new ConcurrentHashMap<>();

  private record Deployment(TenantId tenant, ProviderId provider, String model) {
    static Deployment of(Target target) {
      return new Deployment(
          target.provider().tenant(), target.provider().id(), target.deployment().model());
    }
  }

  public LearnedSpeeds(Database database) {
    this.database = database;
  }

  @Override
  public long topSpeed(Target target, ModelFacts facts, Instant now) {
    if (known.isEmpty()) {
      return facts.topSpeed();
    }
    TopSpeed seen = known.get(Deployment.of(target));
    return seen == null ? facts.topSpeed() : seen.at(now, facts.topSpeed());
  }

  @Override
  public void seen(Target target, long tokensPerSecond, Instant now) {
    if (tokensPerSecond <= 0) {
      return;
    }
    Deployment deployment = Deployment.of(target);
    TopSpeed before = known.get(deployment);
    if (before == null || before.isBeatenBy(tokensPerSecond, now)) {
      TopSpeed speed = new TopSpeed(tokensPerSecond, now);
      known.put(deployment, speed);
      unwritten.put(deployment, speed);
    }
  }

  @Override
  public void run() {
    int _ =
        database.asLedger(
            connection -> {
              for (Map.Entry<Deployment, TopSpeed> each : Map.copyOf(unwritten).entrySet()) {
                write(connection, each.getKey(), each.getValue());
                unwritten.remove(each.getKey(), each.getValue());
              }
              return read(connection);
            });
  }

  private static void write(Connection connection, Deployment deployment, TopSpeed speed)
      throws SQLException {
    try (PreparedStatement upsert =
        connection.prepareStatement(
            """
            insert into tollgate.deployment_speed as s
              (tenant_id, provider_id, model, tokens_per_second, seen_at) values (?,?,?,?,?)
            on conflict (tenant_id, provider_id, model) do update
              set tokens_per_second = excluded.tokens_per_second, seen_at = excluded.seen_at
              where s.tokens_per_second <= excluded.tokens_per_second
                or s.seen_at < excluded.seen_at - interval '1 day'
            """)) {
      upsert.setObject(1, deployment.tenant().value());
      upsert.setObject(2, deployment.provider().value());
      upsert.setString(3, deployment.model());
      upsert.setLong(4, speed.tokensPerSecond());
      upsert.setObject(5, speed.seenAt().atOffset(ZoneOffset.UTC));
      upsert.executeUpdate();
    }
  }

  private int read(Connection connection) throws SQLException {
    int found = 0;
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                select tenant_id, provider_id, model, tokens_per_second, seen_at
                from tollgate.deployment_speed where seen_at > tollgate.at() - interval '30 days'
                """);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found++;
        known.put(
            new Deployment(
                new TenantId(row.getObject(1, UUID.class)),
                new ProviderId(row.getObject(2, UUID.class)),
                row.getString(3)),
            new TopSpeed(row.getLong(4), row.getTimestamp(5).toInstant()));
      }
    }
    return found;
  }
}
