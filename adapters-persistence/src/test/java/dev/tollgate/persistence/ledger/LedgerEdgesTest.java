package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Corrections;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.ledger.ScopeRef;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the books leaked around the ledger.
class LedgerEdgesTest {
  private static final TestingDatabase TESTING = TestingDatabase.shared();
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PostgresAuthority ledger = new PostgresAuthority();
  private final VirtualKey key = ledger.newKey();
  private final String tenant = " where tenant_id = '" + ledger.tenant().value() + "'";

  @AfterEach
  void stop() {
    ledger.close();
  }

  private CallRecord spend(GroupCommit writer, String amount) {
    Admission admission = writer.reserve(SampleBudgets.aHold(key, amount));
    assertThat(admission).isInstanceOf(Admission.Admitted.class);
    Hold hold = ((Admission.Admitted) admission).hold();
    CallRecord call =
        SampleCalls.aCall().by(key).settling(hold).costing(Money.parseUsd(amount).nanos()).build();
    assertThat(writer.commit(call, PATIENCE)).isTrue();
    return call;
  }

  @ParameterizedTest
  @CsvSource({
    "time_zone = 'Asia/Tokyo',MONTH",
    "time_zone = 'Asia/Tokyo',DAY",
    "time_zone = 'Pacific/Kiritimati',WEEK",
    "fiscal_month = 7,YEAR",
    "fiscal_month = 3,QUARTER"
  })
  void anotherCalendarOpensWindowsAtWhatWasSpent(String change, Window window) {
    ledger.limitedBy(SampleBudgets.of(key, ScopeRef.of(key.id()), window, Policy.REFUSE, "0.50"));
    GroupCommit writer = ledger.writer(1);
    spend(writer, "0.40");
    TESTING.run(
        Role.MIGRATOR,
        "update tollgate.tenant set %s where id = '%s'".formatted(change, ledger.tenant().value()));
    ledger.books().refresh(ledger.tenant());
    assertThat(writer.reserve(SampleBudgets.aHold(key, "0.20")))
        .isInstanceOf(Admission.Exhausted.class);
    assertThat(ledger.checks()).isEmpty();
  }

  /// A window that is entered again has what was spent and held while another one counted.
  @Test
  void aCalendarThatComesBackHasForgottenNothing() {
    ledger.limitedBy(
        SampleBudgets.of(key, ScopeRef.of(key.id()), Window.DAY, Policy.REFUSE, "0.50"));
    GroupCommit writer = ledger.writer(1);
    spend(writer, "0.20");
    zone("Pacific/Auckland");
    spend(writer, "0.20");
    Hold open = ((Admission.Admitted) writer.reserve(SampleBudgets.aHold(key, "0.05"))).hold();
    zone("UTC");
    assertThat(ledger.checks()).isEmpty();
    assertThat(writer.reserve(SampleBudgets.aHold(key, "0.20")))
        .isInstanceOf(Admission.Exhausted.class);
    assertThat(writer.reserve(SampleBudgets.aHold(key, "0.06"))).isInstanceOf(Admission.Busy.class);
    CallRecord call = SampleCalls.aCall().by(key).settling(open).costing(50_000_000).build();
    assertThat(writer.commit(call, PATIENCE)).isTrue();
    zone("Pacific/Auckland");
    assertThat(writer.reserve(SampleBudgets.aHold(key, "0.06")))
        .isInstanceOf(Admission.Exhausted.class);
    spend(writer, "0.05");
    assertThat(ledger.checks()).isEmpty();
  }

  private void zone(String name) {
    TESTING.run(
        Role.MIGRATOR,
        "update tollgate.tenant set time_zone = '%s' where id = '%s'"
            .formatted(name, ledger.tenant().value()));
    ledger.books().refresh(ledger.tenant());
  }

  /// Zones with an offset mean the opposite in PostgreSQL.
  @ParameterizedTest
  @ValueSource(strings = {"+05:00", "GMT-8", "UTC+3", "EST5EDT,M3.2.0,M11.1.0", "Nowhere/City"})
  void onlyNamesOfRegionsAreZones(String zone) {
    assertThatThrownBy(
            () ->
                TESTING.run(
                    Role.MIGRATOR,
                    "update tollgate.tenant set time_zone = '%s' where id = '%s'"
                        .formatted(zone, ledger.tenant().value())))
        .hasMessageContaining("there is no time zone " + zone);
  }

  /// A budget that is being made sees money that is on its way from a hold to an entry: the move
  /// waits, and goes by the new budget.
  @Test
  void whatExpiresOrIsCorrectedWaitsForABudgetThatIsBeingMade() throws Exception {
    ledger.limitedBy(SampleBudgets.ofTenant(key, "9.00"));
    LedgerStore store = ledger.open(1);
    long session = store.openSession();
    Batch.Result.Applied applied =
        (Batch.Result.Applied)
            store.apply(
                new Batch(
                    session,
                    1,
                    List.of(SampleBudgets.anExpiringHold(key, "0.30")),
                    List.of(),
                    List.of(),
                    List.of(),
                    Map.of(ledger.tenant(), ledger.book())));
    Hold open = ((Admission.Admitted) applied.outcomes().getFirst()).hold();
    CallRecord done = spend(ledger.writer(2), "0.20");
    PostgresCorrections corrections = new PostgresCorrections(TESTING.database());
    try (Connection budget = TESTING.open(Role.MIGRATOR);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      budget.setAutoCommit(false);
      budget
          .createStatement()
          .execute(
              "select pg_advisory_xact_lock(7002, hashtext('%s'))"
                  .formatted(ledger.tenant().value()));
      Future<?> expiry =
          executor.submit(
              () ->
                  store.apply(
                      new Batch(
                          session,
                          2,
                          List.of(),
                          List.of(),
                          List.of(),
                          List.of(open.id()),
                          Map.of())));
      Future<?> correction =
          executor.submit(
              () ->
                  corrections.adjust(
                      ledger.tenant(),
                      List.of(
                          new Corrections.Target(
                              PostgresAuthority.holdOf(done), Money.parseUsd("0.10"), null)),
                      "test"));
      Thread.sleep(300);
      assertThat(expiry.isDone()).isFalse();
      assertThat(correction.isDone()).isFalse();
      assertThat(ledger.open()).containsExactly(open.id());
      budget.rollback();
      expiry.get();
      correction.get();
    }
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    assertThat(ledger.rows("select posted from tollgate.account"))
        .containsExactlyInAnyOrder("400000000", "400000000");
    assertThat(ledger.checks()).isEmpty();
  }

  /// Only what a call really used is priced again.
  @Test
  void whatExpiredOrWasEstimatedIsNotRestated() {
    ledger.limitedBy(SampleBudgets.ofTenant(key, "9.00"));
    GroupCommit writer = ledger.writer(1);
    Instant from = Instant.now().minusSeconds(60);
    CallRecord real = spend(writer, "0.20");
    Hold hold = ((Admission.Admitted) writer.reserve(SampleBudgets.aHold(key, "0.30"))).hold();
    CallRecord estimated =
        SampleCalls.aCall()
            .by(key)
            .settling(hold)
            .costing(300_000_000)
            .estimated(Uncertainty.TIMEOUT)
            .build();
    assertThat(writer.commit(estimated, PATIENCE)).isTrue();
    Hold lost =
        ((Admission.Admitted) writer.reserve(SampleBudgets.anExpiringHold(key, "0.40"))).hold();
    writer.expire(lost.id());
    assertThat(writer.commit(SampleCalls.aCall().by(key).costing(0).build(), PATIENCE)).isTrue();
    assertThat(ledger.posted()).containsEntry(lost.id(), 400_000_000L);

    assertThat(settled(from))
        .contains(PostgresAuthority.holdOf(real))
        .doesNotContain(hold.id(), lost.id());

    // The truth of the lost one has a usage.
    assertThat(
            writer.commit(SampleCalls.aCall().by(key).settling(lost).costing(5).build(), PATIENCE))
        .isTrue();
    assertThat(settled(from)).contains(lost.id());
  }

  private List<HoldId> settled(Instant from) {
    return new PostgresCorrections(TESTING.database())
            .settled(
                ledger.tenant(),
                "openai",
                "gpt-x-2026",
                from,
                Instant.now().plusSeconds(60),
                null,
                99)
            .stream()
            .map(Corrections.Settled::hold)
            .toList();
  }

  /// Of a call of a rarely used key, its dimension, its roll-up and its times.
  @Test
  void rollUpsAreNarrow() {
    rollUps(100);
    // The least of three: behind a checkpoint whole pages are written.
    long each = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      long before = wal();
      rollUps(200);
      each = Math.min(each, (wal() - before) / 200);
    }
    System.out.printf("WAL of the roll-ups of a rarely used key: %d bytes%n", each);
    assertThat(each).isLessThanOrEqualTo(1_500);
  }

  private void rollUps(int keys) {
    String usage = "array[100,0,0,0,0,0,0,0,0,20,0,0,0,0,0,0]";
    TESTING.run(
        Role.MIGRATOR,
        """
        do $$
        declare d bigint;
        begin
          for i in 1..%1$d loop
            d := (tollgate.dimension_ids_2(array[row('%2$s', '%3$s', gen_random_uuid(), '%4$s', null,
              '[]', 'gpt-x', 'openai', null)::tollgate.dimension_2]))[1];
            insert into tollgate.usage_bucket (tenant_id, bucket, dimension_id, node, calls, errors,
              cost_nanos, estimated_nanos, usage)
            values ('%2$s', '2026-11-20', d, 1, 1, 0, 312, 0, %5$s);
            perform tollgate.add_times_2(1::smallint, array[row('%2$s', '2026-11-20', d,
              array_fill(0, array[41]) || 1, array_fill(0, array[31]) || 1)::tollgate.times_2]);
          end loop;
        end $$"""
            .formatted(
                keys,
                ledger.tenant().value(),
                key.project().value(),
                key.businessUnit().value(),
                usage));
  }

  private static long wal() {
    return Long.parseLong(
        TESTING.select("select (pg_current_wal_insert_lsn() - '0/0')::bigint").getFirst());
  }

  @Test
  void whatANodeOfTheVersionBeforeWritesIsCarriedOnce() {
    TESTING.run(
        Role.MIGRATOR,
        ("insert into tollgate.usage_quarter values ('%s', '2026-11-20', '%s', '%s', 'm', 'p', 1,"
                + " '%s', 2, 1, '{7}', 100, '{2}', '{1}')")
            .formatted(
                ledger.tenant().value(),
                key.project().value(),
                key.id().value(),
                key.businessUnit().value()),
        "update tollgate.usage_quarter set calls = 3, cost_nanos = 150, usage = '{9}'" + tenant);
    assertThat(buckets()).containsExactly("3 1 150 9");
    TESTING.run(
        Role.MIGRATOR,
        "delete from tollgate.usage_bucket" + tenant,
        "update tollgate.usage_quarter set carried = false" + tenant);
    assertThat(spent()).isEqualTo("150");
    TESTING.run(Role.LEDGER, "select tollgate.carry_history_2(100000)");
    TESTING.run(Role.LEDGER, "select tollgate.carry_history_2(100000)");
    assertThat(buckets()).containsExactly("3 1 150 9");
    assertThat(spent()).isEqualTo("150");
  }

  private List<String> buckets() {
    return ledger.rows(
        "select calls || ' ' || errors || ' ' || cost_nanos || ' ' || usage[1]"
            + " from tollgate.usage_bucket");
  }

  private String spent() {
    return TESTING
        .select(
            "select tollgate.spent_since('%s', 'key', '%s', null, '2026-11-01')"
                .formatted(ledger.tenant().value(), key.id().value()))
        .getFirst();
  }

  /// Small calls of two nodes come and go; a large one of a third waits for its turn, and gets it.
  @Test
  void smallCallsOfOtherNodesDoNotStarveALargeOne() throws Exception {
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    GroupCommit large = ledger.writer(1);
    List<GroupCommit> small = List.of(ledger.writer(2), ledger.writer(3));
    AtomicBoolean over = new AtomicBoolean();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        GroupCommit node = small.get(i % 2);
        var _ = executor.submit(() -> comeAndGo(node, over));
      }
      Thread.sleep(300);
      Future<Admission> waiting = executor.submit(() -> large.reserve(patient("0.90")));
      assertThat(waiting.get()).isInstanceOf(Admission.Admitted.class);
      over.set(true);
    }
    assertThat(ledger.checks()).isEmpty();
  }

  private void comeAndGo(GroupCommit node, AtomicBoolean over) {
    try {
      while (!over.get()) {
        if (node.reserve(patient("0.20")) instanceof Admission.Admitted admitted) {
          Thread.sleep(20);
          node.release(admitted.hold().id());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Reservation patient(String amount) {
    return SampleBudgets.aPatientHold(key, amount);
  }

  @Test
  void whatCouldNotBeWrittenIsThereAtTheNextStart(@TempDir Path folder) {
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    CallRecord call = SampleCalls.aCall().by(key).costing(7).build();
    FileSpill spill = new FileSpill(folder);
    assertThat(spill.keep(List.of(call))).isTrue();
    List<CallRecord> taken = new FileSpill(folder).take();
    assertThat(taken).hasSize(1);
    GroupCommit writer = ledger.writer(1);
    assertThat(writer.commit(taken.getFirst(), PATIENCE)).isTrue();
    assertThat(ledger.rows("select id || ' ' || cost_nanos from tollgate.call"))
        .containsExactly(call.id().value() + " 7");
    spill.written();
    CallRecord attempt =
        SampleCalls.aCall().by(key).tried(call.id()).estimated(Uncertainty.BROKEN).build();
    assertThat(spill.keep(List.of(attempt))).isTrue();
    assertThat(new FileSpill(folder).take().getFirst().attemptOf()).isEqualTo(call.id());
    spill.written();
    assertThat(new FileSpill(folder).take()).isEmpty();
  }
}
