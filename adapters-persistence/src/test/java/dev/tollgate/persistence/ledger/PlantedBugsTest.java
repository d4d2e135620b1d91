package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import java.util.concurrent.Callable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The tests of the ledger's SQL notice when it is wrong.
class PlantedBugsTest {
  private static final TestingDatabase TESTING = TestingDatabase.shared();

  /// What can be wrong with the ledger's SQL, each as a change of the text of one of its functions.
  enum Bug {
    HOLD_KEPT(
        "flush_2", "row(unnest(d.accounts), coalesce(d.held, 0)", "row(unnest(d.accounts), 0"),
    NO_LIMIT("flush_2", "x.posted + x.held > x.lim", "false"),
    NO_LIMIT_ONE_BY_ONE("admit_one_by_one_2", "elsif free < granted then", "elsif false then"),
    NO_UNIQUE_SETTLE(
        "adjust_late_2", "f.amount := x.cost_nanos - t_amount;", "f.amount := x.cost_nanos;"),
    EXPIRY_POSTS_NOTHING("flush_2", "= any(x_free) then d.held", "= any(x_free) then 0");

    private final String function;
    private final String right;
    private final String wrong;

    Bug(String function, String right, String wrong) {
      this.function = function;
      this.right = right;
      this.wrong = wrong;
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyBugPlantedInTheFunctionIsFound(Bug bug) throws Exception {
    boolean found = whileChanged(bug.function, bug.right, bug.wrong, () -> isFound(bug));
    assertThat(found).isTrue();
  }

  /// What a test returns that runs while a text in one of the ledger's functions is another.
  static <T> T whileChanged(String function, String text, String other, Callable<T> test)
      throws Exception {
    String definition =
        TESTING
            .select(
                "select pg_get_functiondef(p.oid) from pg_proc p where p.proname = '"
                    + function
                    + "' and p.pronamespace = 'tollgate'::regnamespace")
            .getFirst();
    assertThat(definition).contains(text);
    TESTING.run(Role.MIGRATOR, definition.replace(text, other));
    try {
      return test.call();
    } finally {
      TESTING.run(Role.MIGRATOR, definition);
    }
  }

  private static boolean isFound(Bug bug) throws Exception {
    if (bug == Bug.NO_LIMIT || bug == Bug.NO_LIMIT_ONE_BY_ONE) {
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
