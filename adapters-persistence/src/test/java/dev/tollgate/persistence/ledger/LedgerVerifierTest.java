package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.LedgerVerifier.Violation;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.money.Money;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Whatever is changed behind the ledger's back is named. Each test puts back what it changed: the
/// chain is one for all tenants.
class LedgerVerifierTest {
  private static final TestingDatabase TESTING = TestingDatabase.shared();

  private final PostgresAuthority ledger = new PostgresAuthority();
  private final VirtualKey key = ledger.newKey();
  private final GroupCommit writer = ledger.writer(1);
  private final Budget budget = SampleBudgets.ofTenant(key, "9.00");
  private final String tenant = " where tenant_id = '" + ledger.tenant().value() + "'";

  @AfterEach
  void stop() {
    ledger.close();
  }

  private CallRecord spend(String amount) {
    Admission admission = writer.reserve(SampleBudgets.aHold(key, amount));
    Hold hold = ((Admission.Admitted) admission).hold();
    CallRecord call =
        SampleCalls.aCall().by(key).settling(hold).costing(Money.parseUsd(amount).nanos()).build();
    assertThat(writer.commit(call, Duration.ofSeconds(20))).isTrue();
    return call;
  }

  private List<Violation> violations() {
    return ledger.verifier().verify(ledger.tenant()).violations();
  }

  private static void tamper(String statement) {
    TESTING.run(Role.MIGRATOR, statement);
  }

  private void assertThatFinds(String tampering, String undoing, String... checks) {
    tamper(tampering);
    assertThat(ledger.checks()).as(tampering).containsExactly(checks);
    tamper(undoing);
    assertThat(violations()).as(undoing).isEmpty();
  }

  @Test
  void entriesAndTheirDigests() {
    ledger.limitedBy(budget);
    CallRecord call = spend("0.40");
    tamper("update tollgate.entry set amount = 4" + tenant);
    assertThat(ledger.checks())
        .contains("entry_changed", "account_posted", "roll_ups", "call_cost")
        .doesNotContain("chain_broken");
    assertThat(violations())
        .extracting(Violation::subject)
        .contains(
            PostgresAuthority.holdOf(call).toString(), budget.id().toString(), key.id().toString());
    tamper("update tollgate.entry e set digest = tollgate.entry_digest(e)" + tenant);
    assertThat(ledger.checks()).contains("chain_broken");
    tamper("update tollgate.entry set amount = 400000000" + tenant);
    tamper("update tollgate.entry e set digest = tollgate.entry_digest(e)" + tenant);
    assertThat(violations()).isEmpty();
  }

  @Test
  void accounts() {
    ledger.limitedBy(budget);
    spend("0.40");
    String account = "update tollgate.account set %s" + tenant;
    tamper(account.formatted("held = held + 1"));
    assertThat(ledger.verifier().glance())
        .extracting(Violation::subject)
        .contains(budget.id().toString());
    tamper(account.formatted("held = held - 1"));
    assertThatFinds(
        account.formatted("held = held + 1"), account.formatted("held = held - 1"), "account_held");
    assertThatFinds(
        account.formatted("posted = posted - 1"),
        account.formatted("posted = posted + 1"),
        "account_posted");
    assertThatFinds(
        "insert into tollgate.account (tenant_id, budget_id, starts, ends, rank)"
            + " select tenant_id, budget_id, starts, ends, rank from tollgate.account"
            + tenant,
        "delete from tollgate.account" + tenant + " and version = 0",
        "account_twice");
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    assertThatFinds(
        account.formatted("opening = opening - 5, posted = posted - 5") + " and opening > 0",
        account.formatted("opening = opening + 5, posted = posted + 5") + " and opening > 0",
        "opening");
  }

  @Test
  void usageOfCallsAndRollUps() {
    ledger.limitedBy(budget);
    spend("0.10");
    for (String table : List.of("usage_bucket", "call")) {
      String check = table.equals("call") ? "call_usage" : "roll_up_usage";
      String change = "update tollgate." + table + " set %s" + tenant;
      assertThatFinds(
          change.formatted("usage[1] = usage[1] + 1"),
          change.formatted("usage[1] = usage[1] - 1"),
          check);
      // Tokens that move to a cheaper component.
      assertThatFinds(
          change.formatted("usage[1] = usage[1] - 50, usage[2] = usage[2] + 50"),
          change.formatted("usage[1] = usage[1] + 50, usage[2] = usage[2] - 50"),
          check);
    }
    assertThatFinds(
        "update tollgate.usage_bucket set cost_nanos = cost_nanos - 1" + tenant,
        "update tollgate.usage_bucket set cost_nanos = cost_nanos + 1" + tenant,
        "roll_ups");
  }

  @Test
  void deletedCalls() {
    CallRecord call = spend("0.10");
    spend("0.20");
    tamper("delete from tollgate.call" + tenant + " and id = '" + call.id().value() + "'");
    assertThat(ledger.checks()).containsExactly("call_missing");
  }

  /// The end of a session that still goes on.
  @Test
  void theCutOffTailOfALiveSession() {
    spend("0.10");
    CallRecord last = spend("0.20");
    String entry = " where hold_id = '" + PostgresAuthority.holdOf(last).value() + "'";
    String batch =
        " from tollgate.ledger_batch b using tollgate.entry e where b.session_id = e.session_id"
            + " and b.batch = e.batch and e.hold_id = '"
            + PostgresAuthority.holdOf(last).value()
            + "'";
    tamper("create table if not exists tollgate.kept_batch (like tollgate.ledger_batch)");
    tamper("create table if not exists tollgate.kept_entry (like tollgate.entry)");
    tamper("insert into tollgate.kept_entry select * from tollgate.entry" + entry);
    tamper(
        "with gone as (delete"
            + batch
            + " returning b.*) insert into tollgate.kept_batch select * from gone");
    tamper("delete from tollgate.entry" + entry);
    assertThat(ledger.checks()).contains("tail_missing");
    assertThat(violations())
        .filteredOn(each -> each.check().equals("tail_missing"))
        .singleElement()
        .extracting(Violation::subject)
        .asString()
        .startsWith("session ");
    tamper("insert into tollgate.ledger_batch select * from tollgate.kept_batch");
    tamper("insert into tollgate.entry select * from tollgate.kept_entry");
    tamper("drop table tollgate.kept_batch, tollgate.kept_entry");
    assertThat(violations()).isEmpty();
  }
}
