package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.reporting.UsageQuery;
import dev.tollgate.domain.reporting.UsageQuery.Group;
import dev.tollgate.domain.reporting.UsageReport;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.reporting.PostgresUsageReport;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A node of the version before goes on beside those of this one.
class RollingUpgradeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PostgresAuthority ledger = new PostgresAuthority();
  private final VirtualKey key = ledger.newKey();
  private final Budget budget = SampleBudgets.ofKey(key, "1.00");

  @BeforeEach
  void limit() {
    ledger.limitedBy(budget);
  }

  @AfterEach
  void stop() {
    ledger.close();
  }

  private boolean reserve(OldNode node, Reservation hold) throws Exception {
    return node.reserve(hold, budget, ledger.book().version());
  }

  private static CallRecord settling(VirtualKey key, Reservation hold, String cost) {
    return SampleCalls.aCall()
        .by(key)
        .settling(new Hold(hold.id(), hold.want(), Instant.now()))
        .costing(Money.parseUsd(cost).nanos())
        .build();
  }

  @Test
  void bothCountOnTheSameAccountsAndRollUps() throws Exception {
    GroupCommit current = ledger.writer(2);
    try (OldNode old = new OldNode(1)) {
      Reservation hold = SampleBudgets.aHold(key, "0.60");
      assertThat(reserve(old, hold)).isTrue();
      assertThat(current.reserve(SampleBudgets.aHold(key, "0.50")))
          .isInstanceOf(Admission.Busy.class);
      Admission fits = current.reserve(SampleBudgets.aHold(key, "0.40"));
      Hold own = ((Admission.Admitted) fits).hold();
      assertThat(reserve(old, SampleBudgets.aHold(key, "0.01"))).isFalse();
      old.settle(settling(key, hold, "0.20"));
      CallRecord call = SampleCalls.aCall().by(key).settling(own).costing(100_000_000).build();
      assertThat(current.commit(call, PATIENCE)).isTrue();
      assertThat(ledger.rows("select posted || ' ' || held from tollgate.account"))
          .containsExactly("300000000 0");
      assertThat(
              TestingDatabase.shared()
                  .select(
                      "select sum(calls) || ' ' || sum(cost_nanos) from tollgate.usage_bucket"
                          + " where tenant_id = '"
                          + ledger.tenant().value()
                          + "'"))
          .containsExactly("2 300000000");
      for (Group group : new Group[] {Group.KEY, Group.MINUTE}) {
        assertThat(reported(group)).as("by %s", group).isEqualTo(2);
      }
      assertThat(ledger.violations(true)).isEmpty();
    }
  }

  /// An old node that starts again runs its own copy, which must find nothing to do.
  @Test
  void theRepeatableMigrationIsThatOfTheVersionBefore() throws Exception {
    try (InputStream in = getClass().getResourceAsStream("/db/migration/R__flush.sql")) {
      assertThat(in).isNotNull();
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());
      assertThat(HexFormat.of().formatHex(digest))
          .isEqualTo("f1c7b37dc5adc409c3b3af02f6c76f2cdef44b4605bba91125d3b86960fccf81");
    }
  }

  /// Calls of both nodes, by the roll-ups or, for minutes, by the calls themselves.
  private long reported(Group group) {
    Instant quarter = UsageQuery.quarterBefore(Instant.now());
    return new PostgresUsageReport(TestingDatabase.shared().database())
            .report(
                ledger.tenant(),
                new UsageQuery(
                    quarter.minusSeconds(900),
                    quarter.plusSeconds(900),
                    List.of(group),
                    key.id(),
                    key.project(),
                    "gpt-x"))
            .stream()
            .mapToLong(UsageReport.Row::calls)
            .sum();
  }

  @Test
  void aHoldOfTheOldNodeExpiresOnTheNewOneAndItsTruthComesLate() throws Exception {
    GroupCommit current = ledger.writer(2);
    try (OldNode old = new OldNode(1)) {
      Reservation hold = SampleBudgets.anExpiringHold(key, "0.60");
      assertThat(reserve(old, hold)).isTrue();
      current.expire(hold.id());
      assertThat(current.commit(SampleCalls.aCall().by(key).costing(0).build(), PATIENCE)).isTrue();
      assertThat(ledger.posted()).containsEntry(hold.id(), 600_000_000L);
      assertThat(ledger.violations(true)).isEmpty();
      old.settle(settling(key, hold, "0.20"));
      assertThat(ledger.posted()).containsEntry(hold.id(), 200_000_000L);
      assertThat(ledger.violations(true)).isEmpty();
    }
  }

  @Test
  void onBothTogetherExactlyWhatFitsIsAdmitted() throws Exception {
    GroupCommit current = ledger.writer(2);
    try (OldNode old = new OldNode(1);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> admitted =
          executor.submit(
              () -> {
                int count = 0;
                for (int i = 0; i < 100; i++) {
                  count += reserve(old, SampleBudgets.aHold(key, "0.01")) ? 1 : 0;
                }
                return count;
              });
      int mine = 0;
      for (int i = 0; i < 100; i++) {
        Admission outcome = current.reserve(SampleBudgets.aHold(key, "0.01"));
        mine += outcome instanceof Admission.Admitted ? 1 : 0;
      }
      assertThat(mine + admitted.get()).isEqualTo(100);
    }
    assertThat(ledger.violations(true)).isEmpty();
  }
}
