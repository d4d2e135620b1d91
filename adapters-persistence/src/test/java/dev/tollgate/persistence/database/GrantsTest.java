package dev.tollgate.persistence.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

  @ParameterizedTest
  @CsvSource({
    "grant select on tollgate.key_secret to public, revoke select on tollgate.key_secret from public, everyone may select key_secret",
    "grant execute on function tollgate.flush_2 to public, revoke execute on function tollgate.flush_2 from public, everyone may execute flush_2",
    "grant create on schema tollgate to tollgate_app, revoke create on schema tollgate from tollgate_app, tollgate_app may create objects",
    "alter table tollgate.virtual_key disable row level security, alter table tollgate.virtual_key enable row level security, row-level security of virtual_key is off",
    "create policy wide on tollgate.virtual_key to public using (true), drop policy wide on tollgate.virtual_key, policy wide shows everyone all rows of virtual_key"
  })
  void whatIsOpenToAllIsTold(String opening, String closing, String told) throws SQLException {
    testing.run(Role.MIGRATOR, opening);
    try {
      assertThat(checkup.excessiveGrants()).containsExactly(told);
    } finally {
      testing.run(Role.MIGRATOR, closing);
    }
  }
}
