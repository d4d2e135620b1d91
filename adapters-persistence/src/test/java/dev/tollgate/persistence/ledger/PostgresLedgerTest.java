package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.application.ledger.LedgerSimulation;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.ledger.ScopeRef;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.testing.Eventually;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The ledger's SQL: faults, races and planted bugs.
class PostgresLedgerTest {
  private static final long SEEDS = Long.getLong("tollgate.sql.seeds", 50);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final TestingDatabase TESTING = TestingDatabase.shared();

  /// What the writer says of the simulation's exceptions. Held, so that its level is not forgotten.
  private static final Logger SURVIVED =
      Logger.getLogger("dev.tollgate.application.ledger.BatchCycle");

  private final PostgresAuthority ledger = new PostgresAuthority();

  @AfterEach
  void stop() {
    ledger.close();
  }

  static List<String> simulate(long seed) {
    try (PostgresAuthority ledger = new PostgresAuthority()) {
      List<VirtualKey> keys = List.of(ledger.newKey(), ledger.newKey());
      VirtualKey first = keys.getFirst();
      ledger.limitedBy(
          SampleBudgets.ofKey(first, "0.0000003"),
          SampleBudgets.ofTenant(first, "0.0000006"),
          SampleBudgets.of(
              first, ScopeRef.of(first.project()), Window.DAY, Policy.OBSERVE, "0.0000001"));
      SURVIVED.setLevel(Level.OFF);
      return new LedgerSimulation(ledger, keys, seed, LedgerSimulation.Bug.NONE, Duration.ZERO)
          .run();
    } finally {
      SURVIVED.setLevel(null);
    }
  }

  private static List<String> simulated(long seeds) {
    List<String> broken = new ArrayList<>();
    for (long seed = 0; seed < seeds; seed++) {
      for (String each : simulate(seed)) {
        broken.add("seed " + seed + ": " + each);
      }
    }
    return broken;
  }

  @Test
  void noSeedBreaksTheBooks() {
    assertThat(simulated(SEEDS)).isEmpty();
  }

  /// Of 200 holds of a cent that race for the tenant's only dollar, on several nodes.
  static int admittedInARace(int nodes) throws Exception {
    try (PostgresAuthority own = new PostgresAuthority();
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<VirtualKey> keys = List.of(own.newKey(), own.newKey(), own.newKey());
      own.limitedBy(SampleBudgets.ofTenant(keys.getFirst(), "1.00"));
      List<GroupCommit> racing = new ArrayList<>();
      for (int node = 1; node <= nodes; node++) {
        racing.add(own.writer(node));
      }
      List<Callable<Admission>> asks = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        GroupCommit writer = racing.get(i % nodes);
        VirtualKey key = keys.get(i % keys.size());
        asks.add(() -> writer.reserve(SampleBudgets.aHold(key, "0.01")));
      }
      int admitted = 0;
      for (Future<Admission> each : executor.invokeAll(asks)) {
        admitted += each.get() instanceof Admission.Admitted ? 1 : 0;
      }
      return admitted;
    }
  }

  @Test
  void onThreeNodesExactlyWhatFitsIsAdmitted() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(admittedInARace(3)).isEqualTo(100);
    }
  }

  /// The function looks for rows in another way while a snapshot keeps all their versions.
  @Test
  void theBooksAreTheSameWhereVersionsPileUp() throws Exception {
    assertThat(wherePiledUp(() -> simulated(SEEDS / 5))).isEmpty();
    for (int i = 0; i < 10; i++) {
      assertThat(wherePiledUp(() -> admittedInARace(3))).isEqualTo(100);
    }
  }

  private static <T> T wherePiledUp(Callable<T> test) throws Exception {
    return PlantedBugsTest.whileChanged(
        "flush_2", "crowded := w_at >= '(16,0)'", "crowded := true", test);
  }

  private static Reservation hold(VirtualKey key, String amount) {
    return SampleBudgets.aHold(key, amount);
  }

  private static Reservation waiting(VirtualKey key, String amount, long millis) {
    Money bound = Money.parseUsd(amount);
    return SampleBudgets.aHold(key, bound, bound, List.of(), Duration.ofMillis(millis));
  }

  private static Hold admitted(Admission admission) {
    assertThat(admission).isInstanceOf(Admission.Admitted.class);
    return ((Admission.Admitted) admission).hold();
  }

  private static CallRecord settling(VirtualKey key, Hold hold, long nanos) {
    return SampleCalls.aCall().by(key).settling(hold).costing(nanos).build();
  }

  private void assertInOrder() {
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  @Test
  void aLateTruthCorrectsWhatExpired() {
    VirtualKey key = ledger.newKey();
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    LedgerStore lost = ledger.open(1);
    long session = lost.openSession();
    Reservation ask = SampleBudgets.anExpiringHold(key, "0.40");
    var applied =
        (Batch.Result.Applied)
            lost.apply(
                new Batch(
                    session,
                    1,
                    List.of(ask),
                    List.of(),
                    List.of(),
                    List.of(),
                    Map.of(ledger.tenant(), ledger.book())));
    Hold hold = admitted(applied.outcomes().getFirst());
    GroupCommit other = ledger.writer(2);
    new ExpiredHolds(TESTING.database(), Duration.ZERO, other::expire).run();
    Eventually.holds("no hold is open", () -> ledger.open().isEmpty());
    assertThat(state(key).balance().posted()).isEqualTo(Money.parseUsd("0.40"));
    assertInOrder();
    // The node was only paused, and learns what the call really cost.
    lost.apply(
        new Batch(
            session,
            2,
            List.of(),
            List.of(settling(key, hold, 50_000_000)),
            List.of(),
            List.of(),
            Map.of(ledger.tenant(), ledger.book())));
    assertThat(state(key).balance().posted()).isEqualTo(Money.parseUsd("0.05"));
    assertThat(ledger.rows("select kind || ' ' || amount from tollgate.entry"))
        .containsExactlyInAnyOrder("1 400000000", "2 -350000000");
    assertInOrder();
  }

  private Budgets.State state(VirtualKey key) {
    return ledger
        .budgets()
        .list(ledger.tenant(), new Budgets.Which.Of(ScopeRef.of(key.id())), null, 1)
        .items()
        .getFirst();
  }

  @Test
  void aBudgetThatIsSetLaterCountsWhatWasSpentAndWhatIsHeld() {
    VirtualKey key = ledger.newKey();
    GroupCommit writer = ledger.writer(1);
    ledger.limitedBy(SampleBudgets.ofTenant(key, "9.00"));
    Hold open = admitted(writer.reserve(hold(key, "0.30")));
    Hold done = admitted(writer.reserve(hold(key, "0.20")));
    assertThat(writer.commit(settling(key, done, 100_000_000), PATIENCE)).isTrue();
    assertThat(writer.commit(SampleCalls.aCall().by(key).costing(7).build(), PATIENCE)).isTrue();
    ledger.limitedBy(
        SampleBudgets.of(key, ScopeRef.of(key.id()), Window.MONTH, Policy.REFUSE, "0.50"));
    assertThat(state(key).balance().posted()).isEqualTo(new Money(100_000_007));
    assertThat(state(key).balance().held()).isEqualTo(Money.parseUsd("0.30"));
    assertThat(writer.reserve(hold(key, "0.20"))).isInstanceOf(Admission.Busy.class);
    assertThat(writer.commit(settling(key, open, 1), PATIENCE)).isTrue();
    assertThat(state(key).balance().posted()).isEqualTo(new Money(100_000_008));
    assertThat(state(key).balance().held()).isEqualTo(Money.ZERO);
    assertThat(writer.reserve(hold(key, "0.45"))).isInstanceOf(Admission.Exhausted.class);
    assertInOrder();
  }

  @Test
  void whoeverWaitsIsServedWhenAHoldEndsOnAnotherNode() throws Exception {
    VirtualKey key = ledger.newKey();
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    GroupCommit here = ledger.writer(1);
    GroupCommit there = ledger.writer(2);
    Hold first = admitted(here.reserve(hold(key, "0.90")));
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Admission> waiting =
          executor.submit(() -> there.reserve(waiting(key, "0.50", 10_000)));
      Eventually.holds("one waits", () -> there.inLine() == 1);
      here.release(first.id());
      admitted(waiting.get());
    }
    assertThat(there.reserve(waiting(key, "0.60", 200))).isInstanceOf(Admission.Busy.class);
    assertInOrder();
  }

  @Test
  void afterAFailOverThatLostCommitsTheTruthIsPostedAllTheSame() {
    VirtualKey key = ledger.newKey();
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    GroupCommit writer = ledger.writer(1);
    Hold first = admitted(writer.reserve(hold(key, "0.20")));
    Hold lost = admitted(writer.reserve(hold(key, "0.30")));
    String tenant = " where tenant_id = '" + ledger.tenant().value() + "'";
    TESTING.run(
        Role.MIGRATOR,
        "update tollgate.writer_session set last_batch = last_batch - 1 where id ="
            + " (select session_id from tollgate.hold where id = '%s')"
                .formatted(lost.id().value()),
        "delete from tollgate.hold where id = '" + lost.id().value() + "'",
        "update tollgate.account set held = held - 300000000" + tenant);
    assertThat(writer.commit(settling(key, lost, 250_000_000), PATIENCE)).isTrue();
    assertThat(writer.commit(settling(key, first, 100_000_000), PATIENCE)).isTrue();
    assertThat(state(key).balance().posted()).isEqualTo(Money.parseUsd("0.35"));
    assertThat(state(key).balance().held()).isEqualTo(Money.ZERO);
    assertInOrder();
  }

  @Test
  void eachThresholdIsNotedOnce() {
    VirtualKey key = ledger.newKey();
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    GroupCommit writer = ledger.writer(1);
    for (String cost : new String[] {"0.40", "0.20", "0.05", "0.35"}) {
      Hold hold = admitted(writer.reserve(hold(key, cost)));
      assertThat(writer.commit(settling(key, hold, Money.parseUsd(cost).nanos()), PATIENCE))
          .isTrue();
    }
    assertThat(ledger.rows("select threshold from tollgate.budget_alert"))
        .containsExactlyInAnyOrder("50", "80", "95", "100");
  }

  @Test
  void aBudgetThatWillNotLastIsForetoldOnce() {
    VirtualKey key = ledger.newKey();
    ledger.limitedBy(
        SampleBudgets.of(key, ScopeRef.of(key.id()), Window.YEAR, Policy.REFUSE, "1.00"));
    GroupCommit writer = ledger.writer(1);
    Hold hold = admitted(writer.reserve(hold(key, "0.40")));
    assertThat(writer.commit(settling(key, hold, 300_000_000), PATIENCE)).isTrue();
    String window =
        "update tollgate.account set starts = now() - interval '%s', ends = now() + interval '%s'"
            + " where tenant_id = '"
            + ledger.tenant().value()
            + "'";
    TESTING.run(Role.MIGRATOR, window.formatted("2 days", "20 days"));
    assertThat(foretold()).as("too early to tell").isEmpty();
    TESTING.run(Role.MIGRATOR, window.formatted("10 days", "7 days"));
    assertThat(foretold()).as("it lasts: as much again is 0.60").isEmpty();
    TESTING.run(Role.MIGRATOR, window.formatted("10 days", "20 days"));
    assertThat(foretold()).containsExactly("0");
    assertThat(foretold()).containsExactly("0");
  }

  private List<String> foretold() {
    TESTING.run(Role.LEDGER, "select tollgate.note_forecasts()");
    return ledger.rows("select threshold from tollgate.budget_alert");
  }
}
