package dev.tollgate.persistence.tenancy;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.secrets.Pepper;
import dev.tollgate.domain.tenancy.AdminTokens;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Administrators' tokens in PostgreSQL, read again when the last reading is older than five
/// seconds.
public final class PostgresAdminTokens implements AdminTokens {
  private static final Duration FRESH = Duration.ofSeconds(5);

  private final Database database;
  private final Pepper pepper;
  private volatile @Nullable Reading reading;

  public PostgresAdminTokens(Database database, Pepper pepper) {
    this.database = database;
    this.pepper = pepper;
  }

  private record Stored(TenantId tenant, byte[] hmac, int pepperVersion) {}

  private record Reading(List<Stored> tokens, long at) {}

  @Override
  public @Nullable TenantId verify(String token) {
    byte[] presented = token.getBytes(StandardCharsets.UTF_8);
    TenantId found = null;
    for (Stored stored : tokens()) {
      byte[] hmac = pepper.hmac(stored.pepperVersion(), presented);
      if (MessageDigest.isEqual(hmac, stored.hmac())) {
        found = stored.tenant();
      }
    }
    return found;
  }

  private List<Stored> tokens() {
    Reading last = reading;
    if (last != null && System.nanoTime() - last.at() < FRESH.toNanos()) {
      return last.tokens();
    }
    List<Stored> tokens =
        database.acrossTenants(
            tx ->
                Rows.all(
                    tx.createQuery(
                            "select tenant_id, hmac, pepper_version from tollgate.admin_token")
                        .execute(),
                    row ->
                        new Stored(
                            new TenantId(Rows.uuid(row, "tenant_id")),
                            Rows.bytes(row, "hmac"),
                            (int) Rows.number(row, "pepper_version"))));
    reading = new Reading(tokens, System.nanoTime());
    return tokens;
  }
}
