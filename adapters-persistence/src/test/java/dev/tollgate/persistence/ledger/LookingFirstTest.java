package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.money.Money;
import dev.tollgate.persistence.database.TestingDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A caller who is refused for what is settled costs next to nothing, again and again.
class LookingFirstTest {
  private final PostgresAuthority ledger = new PostgresAuthority();
  private final VirtualKey spent = ledger.newKey();
  private final VirtualKey rich = ledger.newKey();
  private final Budget full = SampleBudgets.ofKey(spent, "1.00");
  private final Budget roomy = SampleBudgets.ofKey(rich, "5.00");
  private LedgerStore store;
  private long session;
  private long number;

  @BeforeEach
  void exhaust() {
    ledger.limitedBy(full, roomy);
    store = ledger.open(1);
    session = store.openSession();
    Admission.Admitted all =
        (Admission.Admitted) Objects.requireNonNull(one(hold(spent, full, "1.00")));
    CallRecord call =
        SampleCalls.aCall().by(spent).settling(all.hold()).costing(1_000_000_000).build();
    apply(List.of(), List.of(call));
    one(hold(rich, roomy, "0.10"));
    assertThat(one(hold(spent, full, "0.10"))).isInstanceOf(Admission.Exhausted.class);
  }

  @AfterEach
  void stop() {
    ledger.close();
  }

  @Test
  void aRepeatedRefusalWritesNoHold() {
    // The least of three: behind a checkpoint whole pages are written.
    long each = Long.MAX_VALUE;
    for (int round = 0; round < 3; round++) {
      each = Math.min(each, refusals(200));
    }
    System.out.printf("WAL of a repeated refusal: %d bytes%n", each);

    assertThat(each).isLessThan(600);
    assertThat(ledger.open()).hasSize(1);
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  /// Bytes of WAL for each.
  private long refusals(int count) {
    long before = wal();
    for (int i = 0; i < count; i++) {
      Admission.Exhausted refused =
          (Admission.Exhausted) Objects.requireNonNull(one(hold(spent, full, "0.10")));
      assertThat(refused.binding().posted()).isEqualTo(new Money(1_000_000_000));
      assertThat(refused.binding().budget()).isEqualTo(full.id());
    }
    return (wal() - before) / count;
  }

  @Test
  void thoseBesideItAreServed() {
    List<@Nullable Admission> outcomes =
        apply(
            List.of(
                hold(rich, roomy, "0.20"),
                hold(spent, full, "0.10"),
                hold(rich, roomy, "0.30"),
                hold(spent, full, "0.05")),
            List.of());

    assertThat(granted(outcomes.get(0))).isEqualTo("0.20");
    assertThat(outcomes.get(1)).isInstanceOf(Admission.Exhausted.class);
    assertThat(granted(outcomes.get(2))).isEqualTo("0.30");
    assertThat(outcomes.get(3)).isInstanceOf(Admission.Exhausted.class);
    assertThat(ledger.rows("select posted || ' ' || held from tollgate.account"))
        .containsExactlyInAnyOrder("1000000000 0", "0 600000000");
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  @Test
  void thoseBesideItMayBeRefusedForOtherReasons() {
    List<@Nullable Admission> outcomes =
        apply(
            List.of(
                hold(spent, full, "0.10"),
                hold(rich, roomy, "4.80"),
                hold(rich, roomy, "4.80"),
                hold(rich, roomy, "9.00")),
            List.of());

    assertThat(outcomes.get(0)).isInstanceOf(Admission.Exhausted.class);
    assertThat(granted(outcomes.get(1))).isEqualTo("4.80");
    assertThat(((Admission.Busy) Objects.requireNonNull(outcomes.get(2))).binding().budget())
        .isEqualTo(roomy.id());
    assertThat(((Admission.Exhausted) Objects.requireNonNull(outcomes.get(3))).binding().budget())
        .isEqualTo(roomy.id());
  }

  @Test
  void aRaiseIsSeenAtOnce() {
    ledger.limitedBy(SampleBudgets.ofKey(spent, "2.00"));

    assertThat(one(hold(spent, full, "0.10"))).isInstanceOf(Admission.Admitted.class);
  }

  @Test
  void aBatchThatIsSentAgainIsAnsweredTheSame() {
    Batch batch = batch(List.of(hold(rich, roomy, "0.20"), hold(spent, full, "0.10")), List.of());
    List<@Nullable Admission> first = outcomes(store.apply(batch));

    List<@Nullable Admission> again = outcomes(store.apply(batch));

    assertThat(granted(first.get(0))).isEqualTo("0.20");
    assertThat(granted(again.get(0))).isEqualTo("0.20");
    // Nobody made a hold for it, so it is asked again.
    assertThat(again.get(1)).isNull();
    assertThat(ledger.open()).hasSize(2);
  }

  private Reservation hold(VirtualKey key, Budget budget, String usd) {
    Money amount = Money.parseUsd(usd);
    return SampleBudgets.aHold(key, amount, amount, List.of(budget.id()));
  }

  private @Nullable Admission one(Reservation hold) {
    return apply(List.of(hold), List.of()).getFirst();
  }

  private List<@Nullable Admission> apply(List<Reservation> holds, List<CallRecord> calls) {
    return outcomes(store.apply(batch(holds, calls)));
  }

  private static List<@Nullable Admission> outcomes(Batch.Result result) {
    return new ArrayList<>(((Batch.Result.Applied) result).outcomes());
  }

  private Batch batch(List<Reservation> holds, List<CallRecord> calls) {
    number++;
    return new Batch(
        session, number, holds, calls, List.of(), List.of(), Map.of(spent.tenant(), ledger.book()));
  }

  private static String granted(@Nullable Admission admission) {
    assertThat(admission).isInstanceOf(Admission.Admitted.class);
    return ((Admission.Admitted) Objects.requireNonNull(admission)).hold().amount().usd();
  }

  private static long wal() {
    return Long.parseLong(
        TestingDatabase.shared()
            .select("select (pg_current_wal_insert_lsn() - '0/0')::bigint")
            .getFirst());
  }
}
