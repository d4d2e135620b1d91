package dev.tollgate.persistence.tenancy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.secrets.Pepper;
import dev.tollgate.persistence.database.TestingDatabase;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PostgresAdminTokensTest {
  private final TestingDatabase testing = TestingDatabase.shared();
  private final Pepper pepper = new Pepper(Map.of(1, new byte[32]), 1);

  private PostgresAdminTokens tokens() {
    return new PostgresAdminTokens(testing.database(), pepper);
  }

  private void set(TenantId tenant, long id, String token) throws SQLException {
    new Founding(testing.config())
        .setAdminToken(tenant, id, pepper.hmac(1, token.getBytes(UTF_8)), 1);
  }

  @Test
  void aTokenManagesItsTenantOnly() throws SQLException {
    TenantId one = testing.foundTenant();
    TenantId two = testing.foundTenant();
    set(one, 1, "tgs_one");
    set(two, 2, "tgs_two");
    assertThat(tokens().verify("tgs_one")).isEqualTo(one);
    assertThat(tokens().verify("tgs_two")).isEqualTo(two);
    assertThat(tokens().verify("tgs_on")).isNull();
    assertThat(tokens().verify("")).isNull();
  }

  @Test
  void aReplacedTokenIsWorthNothing() throws SQLException {
    TenantId tenant = testing.foundTenant();
    set(tenant, 1, "tgs_old");
    set(tenant, 1, "tgs_new");
    assertThat(tokens().verify("tgs_old")).isNull();
    assertThat(tokens().verify("tgs_new")).isEqualTo(tenant);
  }
}
