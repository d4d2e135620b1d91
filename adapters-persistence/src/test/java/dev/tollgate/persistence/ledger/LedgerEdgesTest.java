package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.LedgerVerifier;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  private List<String> checks() {
    return ledger.verifier().verify(ledger.tenant()).violations().stream()
        .map(LedgerVerifier.Violation::check)
        .distinct()
        .toList();
  }

  @Test
  void anotherTimeZoneOpensWindowsAtWhatWasSpent() {
    ledger.limitedBy(
        SampleBudgets.of(key, Scope.KEY, key.id().value(), Window.MONTH, Policy.REFUSE, "0.50"));
    GroupCommit writer = ledger.writer(1);
    spend(writer, "0.40");
    TESTING.run(
        Role.MIGRATOR,
        "update tollgate.tenant set time_zone = 'Asia/Tokyo' where id = '"
            + ledger.tenant().value()
            + "'");
    ledger.books().refresh(ledger.tenant());
    assertThat(writer.reserve(SampleBudgets.aHold(key, "0.20")))
        .isInstanceOf(Admission.Exhausted.class);
    assertThat(checks()).isEmpty();
  }

  @Test
  void whatANodeOfTheVersionBeforeWritesIsCarriedOnce() {
    TESTING.run(
        Role.LEDGER,
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

  @Test
  void theVerifierNamesDeletedCallsEditedTokensAndLoweredOpenings() {
    GroupCommit writer = ledger.writer(1);
    ledger.limitedBy(SampleBudgets.ofTenant(key, "9.00"));
    CallRecord first = spend(writer, "0.10");
    spend(writer, "0.20");
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    spend(writer, "0.05");
    assertThat(checks()).isEmpty();
    TESTING.run(Role.MIGRATOR, "update tollgate.usage_bucket set usage[1] = usage[1] + 1" + tenant);
    assertThat(checks()).containsExactly("roll_up_usage");
    TESTING.run(Role.MIGRATOR, "update tollgate.usage_bucket set usage[1] = usage[1] - 1" + tenant);
    TESTING.run(
        Role.MIGRATOR,
        "update tollgate.account set opening = opening - 5, posted = posted - 5"
            + tenant
            + " and opening > 0");
    assertThat(checks()).containsExactly("opening");
    TESTING.run(
        Role.MIGRATOR,
        "update tollgate.account set opening = opening + 5, posted = posted + 5"
            + tenant
            + " and opening > 0",
        "delete from tollgate.call" + tenant + " and id = '" + first.id().value() + "'");
    assertThat(checks()).containsExactly("call_missing");
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
    assertThat(checks()).isEmpty();
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
    assertThat(new FileSpill(folder).take()).isEmpty();
  }
}
