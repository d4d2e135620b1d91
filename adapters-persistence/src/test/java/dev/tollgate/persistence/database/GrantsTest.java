package dev.tollgate.persistence.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/// What `db/grants.txt` says is what the migrations grant.
class GrantsTest {
  private final TestingDatabase testing = TestingDatabase.shared();
  private final DatabaseCheckup checkup = new DatabaseCheckup(testing.config());

  @Test
  void theListIsThatOfTheMigrations() throws SQLException {
    assertThat(checkup.grants())
        .containsExactlyInAnyOrderElementsOf(DatabaseCheckup.expectedGrants());
    assertThat(checkup.missingGrants()).isEmpty();
    assertThat(checkup.excessiveGrants()).isEmpty();
  }

  @Test
  void oneMoreAndOneLessAreTold() throws SQLException {
    testing.run(
        Role.MIGRATOR,
        "grant insert on tollgate.entry to tollgate_ledger",
        "revoke select on tollgate.virtual_key from tollgate_app");
    try {
      assertThat(checkup.excessiveGrants()).containsExactly("tollgate_ledger may insert entry");
      assertThat(checkup.missingGrants()).containsExactly("tollgate_app may select virtual_key");
    } finally {
      testing.run(
          Role.MIGRATOR,
          "revoke insert on tollgate.entry from tollgate_ledger",
          "grant select on tollgate.virtual_key to tollgate_app");
    }
  }
}
