package dev.tollgate.application.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.ledger.ScopeRef;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.SampleProjects;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// `-Dtollgate.seeds=100000` runs more; `-Dtollgate.seed=N` runs one again.
class LedgerSimulationTest {
  private static final long SEEDS = Long.getLong("tollgate.seeds", 1_000);
  private static final long ONLY = Long.getLong("tollgate.seed", -1);

  /// Held, so that its level is not forgotten.
  private static final Logger SURVIVED = Logger.getLogger(BatchCycle.class.getName());

  @BeforeAll
  static void quiet() {
    SURVIVED.setLevel(Level.OFF);
  }

  @AfterAll
  static void loud() {
    SURVIVED.setLevel(null);
  }

  private static LedgerSimulation simulation(
      long seed, LedgerSimulation.Bug bug, InMemoryLedger.Bug ledgerBug) {
    Project project = SampleProjects.aProject();
    List<VirtualKey> keys =
        List.of(SampleKeys.aKey().of(project).build(), SampleKeys.aKey().of(project).build());
    TenantId tenant = project.tenant();
    VirtualKey first = keys.getFirst();
    List<Budget> budgets =
        List.of(
            SampleBudgets.ofKey(first, "0.0000003"),
            SampleBudgets.ofTenant(first, "0.0000006"),
            SampleBudgets.of(
                first, ScopeRef.of(project.id()), Window.DAY, Policy.OBSERVE, "0.0000001"));
    BudgetBook book = new BudgetBook(tenant, 1, BudgetBook.Settings.USUAL, budgets, Map.of());
    return new LedgerSimulation(
        new InMemoryLedger(book, ledgerBug), keys, seed, bug, Duration.ofSeconds(60));
  }

  @Test
  void noSeedBreaksTheBooks() {
    LongStream seeds = ONLY >= 0 ? LongStream.of(ONLY) : LongStream.range(0, SEEDS);
    seeds
        .parallel()
        .forEach(
            seed ->
                assertThat(
                        simulation(seed, LedgerSimulation.Bug.NONE, InMemoryLedger.Bug.NONE).run())
                    .as("seed %s", seed)
                    .isEmpty());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void everyBugPlantedInANodeIsFound(LedgerSimulation.Bug bug) {
    assertThat(foundWithin(1_000, bug, InMemoryLedger.Bug.NONE)).isTrue();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void everyBugPlantedInTheLedgerIsFound(InMemoryLedger.Bug bug) {
    assertThat(foundWithin(1_000, LedgerSimulation.Bug.NONE, bug)).isTrue();
  }

  private static boolean foundWithin(
      long seeds, LedgerSimulation.Bug bug, InMemoryLedger.Bug ledgerBug) {
    for (long seed = 0; seed < seeds; seed++) {
      try {
        if (!simulation(seed, bug, ledgerBug).run().isEmpty()) {
          return true;
        }
      } catch (IllegalStateException e) {
        return true;
      }
    }
    return false;
  }
}
