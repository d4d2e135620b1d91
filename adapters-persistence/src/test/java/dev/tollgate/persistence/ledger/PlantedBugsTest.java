package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The tests of the ledger's SQL notice when it is wrong.
class PlantedBugsTest {
  private static final TestingDatabase TESTING = TestingDatabase.shared();

  /// What can be wrong with the function, each as a change of its text.
  enum Bug {
    SEQUENCE_IGNORED(" and w.last_batch = p_batch - 1", ""),
    CHECK_WITHOUT_LOCK("order by c.rank, c.id for no key update of c", "order by c.rank, c.id"),
    NO_LIMIT("x.posted + x.held + x.want <= x.lim", "true"),
    NO_UNIQUE_SETTLE("f.amount := c_n[29 * j - 21] - t_amount;", "f.amount := c_n[29 * j - 21];"),
    EXPIRY_POSTS_NOTHING("= any(x_free) then e_amount[i]", "= any(x_free) then 0");

    // An immutable list, which Error Prone cannot see.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> changes;

    /// @param changes right and wrong text by turns
    Bug(String... changes) {
      this.changes = List.of(changes);
    }

    private String plant(String function) {
      String planted = function;
      for (int i = 0; i < changes.size(); i += 2) {
        assertThat(planted).contains(changes.get(i));
        planted = planted.replace(changes.get(i), changes.get(i + 1));
      }
      return planted;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyBugPlantedInTheFunctionIsFound(Bug bug) throws Exception {
    String function =
        TESTING
            .select(
                "select pg_get_functiondef(p.oid) from pg_proc p where p.proname = 'flush'"
                    + " and p.pronamespace = 'tollgate'::regnamespace")
            .getFirst();
    TESTING.run(Role.MIGRATOR, bug.plant(function));
    try {
      assertThat(isFound(bug)).isTrue();
    } finally {
      TESTING.run(Role.MIGRATOR, function);
    }
  }

  private static boolean isFound(Bug bug) throws Exception {
    if (bug == Bug.CHECK_WITHOUT_LOCK || bug == Bug.NO_LIMIT) {
      for (int i = 0; i < 20; i++) {
        if (PostgresLedgerTest.admittedInARace(3) > 100) {
          return true;
        }
      }
      return false;
    }
    for (long seed = 0; seed < 20; seed++) {
      if (!PostgresLedgerTest.simulate(seed).isEmpty()) {
        return true;
      }
    }
    return false;
  }
}
