package dev.tollgate.persistence.catalog;

import static dev.tollgate.persistence.database.Rows.param;

import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.catalog.Speeds;
import dev.tollgate.domain.catalog.TopSpeed;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

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
    Map.copyOf(unwritten)
        .forEach(
            (deployment, speed) -> {
              write(deployment, speed);
              unwritten.remove(deployment, speed);
            });
    read();
  }

  private void write(Deployment deployment, TopSpeed speed) {
    database.acrossTenants(
        tx ->
            tx.createUpdate(
                    """
                    insert into tollgate.deployment_speed as s
                      (tenant_id, provider_id, model, tokens_per_second, seen_at) values (?,?,?,?,?)
                    on conflict (tenant_id, provider_id, model) do update
                      set tokens_per_second = excluded.tokens_per_second,
                        seen_at = excluded.seen_at
                      where s.tokens_per_second <= excluded.tokens_per_second
                        or s.seen_at < excluded.seen_at - interval '1 day'
                    """)
                .addParam(deployment.tenant().value())
                .addParam(deployment.provider().value())
                .addParam(deployment.model())
                .addParam(speed.tokensPerSecond())
                .addParam(param(speed.seenAt()))
                .execute());
  }

  private void read() {
    known.putAll(
        database.acrossTenants(
            tx ->
                Rows.all(
                        tx.createQuery(
                                """
                                select tenant_id, provider_id, model, tokens_per_second, seen_at
                                from tollgate.deployment_speed
                                where seen_at > tollgate.at() - interval '30 days'
                                """)
                            .execute(),
                        LearnedSpeeds::known)
                    .stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue))));
  }

  private static Map.Entry<Deployment, TopSpeed> known(DbRow row) {
    return Map.entry(
        new Deployment(
            new TenantId(Rows.uuid(row, "tenant_id")),
            new ProviderId(Rows.uuid(row, "provider_id")),
            Rows.text(row, "model")),
        new TopSpeed(Rows.number(row, "tokens_per_second"), Rows.time(row, "seen_at")));
  }
}
