package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Budget;
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
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a node says to the function, and what the function makes of it.
class FlushTest {
  private static final long NO_ACCOUNT = -1;

  private final PostgresAuthority ledger = new PostgresAuthority();
  private final VirtualKey key = ledger.newKey();

  @AfterEach
  void stop() {
    ledger.close();
  }

  private Batch reserving(long session, long number, Reservation hold) {
    return new Batch(
        session,
        number,
        List.of(hold),
        List.of(),
        List.of(),
        List.of(),
        Map.of(key.tenant(), ledger.book()));
  }

  @ParameterizedTest
  @CsvSource({"-7200,-3600", "3600,7200"})
  void anAccountWhoseWindowIsNotTheCurrentOneIsLookedUpAgain(int from, int until) throws Exception {
    Budget budget = SampleBudgets.of(key, ScopeRef.of(key.id()), Window.DAY, Policy.REFUSE, "1.00");
    ledger.limitedBy(budget);
    KnownAccounts known = new KnownAccounts();
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    known.learn(
        touch(budget),
        ledger.book().version(),
        NO_ACCOUNT,
        balance(budget, now.plusSeconds(from), now.plusSeconds(until)));

    Admission first = reserve(known);

    assertThat(first).isInstanceOf(Admission.Admitted.class);
    KnownAccounts.Found found = found(known, budget);
    assertThat(found.ids()).hasSize(1).doesNotContain(NO_ACCOUNT);
    assertThat(found.from()).isBeforeOrEqualTo(now);
    assertThat(found.until()).isAfter(now);
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  @Test
  void whatWasLearnedUnderOtherSettingsIsNotUsed() throws Exception {
    Budget budget = SampleBudgets.ofKey(key, "1.00");
    KnownAccounts known = knownAfterAHoldOn(budget);
    assertThat(found(known, budget).ids()).hasSize(1);

    ledger.limitedBy(SampleBudgets.ofTenant(key, "5.00"));

    assertThat(found(known, budget).ids()).isEmpty();
  }

  @Test
  void aBudgetWithoutAnEndIsKnownForEver() throws Exception {
    Budget budget = SampleBudgets.ofKey(key, "1.00");
    KnownAccounts known = knownAfterAHoldOn(budget);
    assertThat(found(known, budget).until()).isNull();
  }

  private KnownAccounts knownAfterAHoldOn(Budget budget) throws Exception {
    ledger.limitedBy(budget);
    KnownAccounts known = new KnownAccounts();
    reserve(known);
    return known;
  }

  private FlushStatement.Touch touch(Budget budget) {
    return new FlushStatement.Touch(key.tenant(), budget);
  }

  private KnownAccounts.Found found(KnownAccounts known, Budget budget) {
    return known.of(List.of(touch(budget)), Map.of(key.tenant(), ledger.book()));
  }

  private Admission reserve(KnownAccounts known) throws Exception {
    Reservation hold = SampleBudgets.aHold(key, "0.10");
    try (Connection connection = TestingDatabase.shared().database().openLedger();
        PreparedStatement flush = connection.prepareStatement(FlushStatement.SQL)) {
      long session = PostgresLedgerStore.openSession(connection, 1);
      Batch batch = reserving(session, 1, hold);
      Layouts layouts = Layouts.read(connection);
      Dimensions dimensions = new Dimensions();
      dimensions.learn(connection, layouts, FlushStatement.dimensions(batch));
      List<FlushStatement.Touch> touches =
          new FlushStatement(batch, layouts, dimensions).bind(flush, 1, known, false, 15);
      try (ResultSet row = flush.executeQuery()) {
        Batch.Result result = FlushAnswer.read(row, batch, touches, known, layouts.balance());
        Admission outcome = ((Batch.Result.Applied) result).outcomes().getFirst();
        assertThat(outcome).isNotNull();
        return outcome;
      }
    }
  }

  private static Balance balance(Budget budget, Instant start, @Nullable Instant end) {
    return new Balance(budget.id(), start, end, true, Money.ZERO, Money.ZERO, Money.ZERO, 1);
  }

  /// A hold may come to several ends in one batch: its call settles it while another node's reaper
  /// lists it, or what was given up is also found expired.
  @ParameterizedTest
  @CsvSource({
    "settle void, 10",
    "settle expire, 10",
    "settle void expire, 10",
    "void expire,",
    "expire, 100000000"
  })
  void aHoldOfSeveralEndsInOneBatchHasOne(String ends, @Nullable Long posted) {
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    LedgerStore store = ledger.open(1);
    long session = store.openSession();
    Reservation wanted = SampleBudgets.anExpiringHold(key, "0.10");
    Batch.Result.Applied applied =
        (Batch.Result.Applied) store.apply(reserving(session, 1, wanted));
    Hold hold = ((Admission.Admitted) applied.outcomes().getFirst()).hold();
    CallRecord call = SampleCalls.aCall().by(key).settling(hold).costing(10).build();

    store.apply(
        new Batch(
            session,
            2,
            List.of(),
            ends.contains("settle") ? List.of(call) : List.of(),
            ends.contains("void") ? List.of(hold.id()) : List.of(),
            ends.contains("expire") ? List.of(hold.id()) : List.of(),
            Map.of()));

    assertThat(ledger.open()).isEmpty();
    assertThat(ledger.posted().get(hold.id())).isEqualTo(posted);
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  /// An attempt before the last one has an entry that names its call, and is no call.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anAttemptHasAnEntryAndNoRow(boolean held) {
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    LedgerStore store = ledger.open(1);
    long session = store.openSession();
    Batch.Result.Applied applied =
        (Batch.Result.Applied) store.apply(reserving(session, 1, SampleBudgets.aHold(key, "0.10")));
    Hold hold = ((Admission.Admitted) applied.outcomes().getFirst()).hold();
    CallRecord call = SampleCalls.aCall().by(key).costing(7).settling(hold).build();
    SampleCalls.Builder tried =
        SampleCalls.aCall().by(key).tried(call.id()).costing(40).estimated(Uncertainty.BROKEN);
    CallRecord attempt = (held ? tried.settling(hold) : tried).build();

    store.apply(
        new Batch(
            session,
            2,
            List.of(),
            List.of(attempt),
            List.of(),
            List.of(),
            Map.of(key.tenant(), ledger.book())));

    assertThat(ledger.rows("select call_id || ' ' || amount || ' ' || reason from tollgate.entry"))
        .containsExactly(call.id().value() + " 40 attempt_broken");
    assertThat(ledger.rows("select id from tollgate.call")).isEmpty();
    assertThat(
            ledger.rows(
                "select calls || ' ' || errors || ' ' || cost_nanos || ' ' || estimated_nanos"
                    + " from tollgate.usage_bucket"))
        .containsExactly("0 0 40 40");
    assertThat(ledger.rows("select posted from tollgate.account")).containsExactly("40");
    assertThat(store.written(session, List.of(attempt, call)).contains(attempt.id())).isTrue();
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  /// Its answer was lost, and a budget has changed since.
  @Test
  void aBatchThatIsSentAgainIsNotStale() {
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    LedgerStore store = ledger.open(1);
    Batch batch = reserving(store.openSession(), 1, SampleBudgets.aHold(key, "0.10"));
    store.apply(batch);

    ledger.limitedBy(SampleBudgets.ofTenant(key, "5.00"));

    assertThat(((Batch.Result.Applied) store.apply(batch)).outcomes().getFirst())
        .isInstanceOf(Admission.Admitted.class);
    assertThat(ledger.open()).hasSize(1);
  }

  /// A peak is what `ledger verify` holds an account against.
  @Test
  void whatIsRefusedLeavesNoPeak() {
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    LedgerStore store = ledger.open(1);
    CallRecord unheld = SampleCalls.aCall().by(key).costing(10).build();

    Batch.Result.Applied applied =
        (Batch.Result.Applied)
            store.apply(
                new Batch(
                    store.openSession(),
                    1,
                    List.of(SampleBudgets.aHold(key, "900")),
                    List.of(unheld),
                    List.of(),
                    List.of(),
                    Map.of(key.tenant(), ledger.book())));

    assertThat(applied.outcomes().getFirst()).isInstanceOf(Admission.Exhausted.class);
    assertThat(ledger.rows("select posted || ' ' || held || ' ' || peak from tollgate.account"))
        .containsExactly("10 0 1000000000");
  }

  /// A batch with late truths takes its accounts in the order of all others.
  @Test
  void lateTruthsAndHoldsOfOtherNodesDoNotBlockEachOther() throws Exception {
    VirtualKey other = ledger.newKey();
    List<VirtualKey> keys = List.of(key, other);
    keys.forEach(each -> ledger.limitedBy(SampleBudgets.ofKey(each, "1000")));
    ledger.limitedBy(SampleBudgets.ofTenant(key, "1000"));
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Void>> nodes = new ArrayList<>();
      for (int node = 1; node <= 3; node++) {
        LedgerStore store = ledger.open(node);
        VirtualKey late = keys.get(node % 2);
        VirtualKey next = keys.get((node + 1) % 2);
        nodes.add(() -> settleLate(store, late, next, 100));
      }
      for (Future<Void> each : executor.invokeAll(nodes)) {
        each.get();
      }
    }
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  /// Reserves for one key, posts that, and settles it late beside a reservation of another key.
  private @Nullable Void settleLate(
      LedgerStore store, VirtualKey late, VirtualKey next, int times) {
    long session = store.openSession();
    long number = 0;
    for (int i = 0; i < times; i++) {
      Hold hold =
          ((Admission.Admitted)
                  Objects.requireNonNull(apply(store, session, ++number, late, List.of())))
              .hold();
      CallRecord call = SampleCalls.aCall().by(late).settling(hold).costing(10).build();
      apply(store, session, ++number, next, List.of(call.atItsBound()));
      // Late truths are of holds that are gone, whatever ended them.
      apply(store, session, ++number, next, List.of(call));
      assertThat(ledger.posted().get(hold.id())).isEqualTo(10);
    }
    return null;
  }

  /// One batch with a reservation of a key; what became of that.
  private @Nullable Admission apply(
      LedgerStore store, long session, long number, VirtualKey reserving, List<CallRecord> calls) {
    Batch batch =
        new Batch(
            session,
            number,
            List.of(SampleBudgets.aHold(reserving, "0.10")),
            calls,
            List.of(),
            List.of(),
            Map.of(key.tenant(), ledger.book()));
    return ((Batch.Result.Applied) store.apply(batch)).outcomes().getFirst();
  }

  @Test
  void batchesThatEnterAWindowAtOnceShareItsAccount() throws Exception {
    Budget budget = SampleBudgets.ofKey(key, "1.00");
    ledger.limitedBy(budget);
    TestingDatabase testing = TestingDatabase.shared();
    testing.run(
        Role.MIGRATOR,
        "delete from tollgate.account where tenant_id = '" + ledger.tenant().value() + "'");
    try (Connection first = testing.open(Role.MIGRATOR);
        Connection second = testing.open(Role.MIGRATOR);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      first.setAutoCommit(false);
      long made = accountOf(first, budget);
      Future<Long> other = executor.submit(() -> accountOf(second, budget));
      String waiting = "select 1::text from pg_locks where locktype = 'advisory' and not granted";
      Eventually.holds("the second waits", () -> !testing.select(waiting).isEmpty());
      first.commit();
      assertThat(other.get()).isEqualTo(made);
    }
    assertThat(ledger.rows("select id::text from tollgate.account")).hasSize(1);
  }

  private static long accountOf(Connection connection, Budget budget) throws Exception {
    try (PreparedStatement look =
        connection.prepareStatement(
            "select (tollgate.accounts_at(array[?]::uuid[], array[null]::timestamptz[]))[1]")) {
      look.setObject(1, budget.id().value());
      try (ResultSet row = look.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  @Test
  void timesOfCallsAreAddedWhenTheWriterLetsGo() {
    LedgerStore store = ledger.open(1);
    long session = store.openSession();
    CallRecord call = SampleCalls.aCall().by(key).costing(10).build();
    store.apply(
        new Batch(
            session,
            1,
            List.of(),
            List.of(call),
            List.of(),
            List.of(),
            Map.of(key.tenant(), ledger.book())));
    assertThat(times()).isNull();

    store.disconnect();

    assertThat(times()).isEqualTo("1");
  }

  private @Nullable String times() {
    return TestingDatabase.shared()
        .select(
            "select sum(n)::text from tollgate.usage_times"
                + " cross join unnest(tollgate.counts(latency)) n where tenant_id = '"
                + ledger.tenant().value()
                + "'")
        .getFirst();
  }
}
