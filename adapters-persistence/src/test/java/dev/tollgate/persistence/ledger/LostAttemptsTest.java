package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Corrections;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.persistence.database.TestingDatabase;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Calls of several attempts on a node that was paused for longer than a hold lives. Whatever
/// expired, a call has one row and counts once.
class LostAttemptsTest {
  private final PostgresAuthority ledger = new PostgresAuthority();
  private final VirtualKey key = ledger.newKey();
  private final LedgerStore store = ledger.open(1);
  private final long session = store.openSession();
  private final LedgerStore reaper = ledger.open(2);
  private final long reaping = reaper.openSession();
  private final CallId call = new CallId(SampleIds.anIdOf(Instant.now()));
  private long number;
  private long reaped;

  @BeforeEach
  void limit() {
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
  }

  @AfterEach
  void stop() {
    ledger.close();
  }

  private Batch.Result.Applied apply(List<Reservation> reservations, CallRecord... calls) {
    return (Batch.Result.Applied)
        store.apply(
            new Batch(
                session,
                ++number,
                reservations,
                List.of(calls),
                List.of(),
                List.of(),
                Map.of(key.tenant(), ledger.book())));
  }

  /// The hold of an attempt at the call, whose deadline passes at once.
  private Hold hold(int attempt, String amount) {
    Reservation any = SampleBudgets.anExpiringHold(key, amount);
    Reservation wanted =
        new Reservation(
            any.id(),
            call,
            attempt,
            any.key(),
            any.model(),
            any.provider(),
            any.upstreamModel(),
            any.price(),
            any.want(),
            any.floor(),
            any.budgets(),
            any.line(),
            any.lifetime());
    return ((Admission.Admitted) apply(List.of(wanted)).outcomes().getFirst()).hold();
  }

  private void expire(Hold... holds) {
    reaper.apply(
        new Batch(
            reaping,
            ++reaped,
            List.of(),
            List.of(),
            List.of(),
            Arrays.stream(holds).map(Hold::id).toList(),
            Map.of()));
  }

  private CallRecord attempt(Hold hold) {
    return SampleCalls.aCall()
        .by(key)
        .settling(hold)
        .tried(call)
        .costing(40)
        .estimated(Uncertainty.BROKEN)
        .build();
  }

  private SampleCalls.Builder settling(Hold hold) {
    return SampleCalls.aCall().by(key).settling(hold).of(call, 2).costing(7);
  }

  private List<String> entries() {
    return ledger.rows(
        "select n || ' ' || amount || ' ' || coalesce(reason, '-') from tollgate.entry");
  }

  /// One row, one call in the roll-ups, and nothing that does not add up.
  private void isOneCall(String cost) {
    assertThat(ledger.rows("select cost_nanos from tollgate.call")).containsExactly(cost);
    assertThat(ledger.rows("select sum(calls) from tollgate.usage_bucket")).containsExactly("1");
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  private List<Corrections.Estimate> estimates() {
    Instant now = Instant.now();
    return new PostgresCorrections(TestingDatabase.shared().database())
        .estimates(
            ledger.tenant(),
            new Corrections.EstimateFilter(
                now.minusSeconds(3_600), now.plusSeconds(3_600), null, null, false),
            null,
            10);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aCallIsOneAlthoughItsFirstAttemptExpired(int retention) {
    Hold first = hold(1, "0.10");
    expire(first);
    isOneCall("100000000");
    apply(List.of(), attempt(first));
    Hold second = hold(2, "0.20");
    apply(List.of(), settling(second).keptFor(retention).build());

    assertThat(entries()).containsExactlyInAnyOrder("0 100000000 expired", "0 7 -");
    isOneCall("7");
    assertThat(estimates()).hasSize(1);
  }

  @Test
  void anAttemptThatExpiresBehindItsCallIsNoCall() {
    Hold first = hold(1, "0.10");
    Hold second = hold(2, "0.20");
    apply(List.of(), settling(second).build());
    expire(first);

    assertThat(entries()).containsExactlyInAnyOrder("0 100000000 attempt_expired", "0 7 -");
    isOneCall("7");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofAttemptsThatAllExpireTheLastStandsForTheCall(boolean together) {
    Hold first = hold(1, "0.10");
    Hold second = hold(2, "0.20");
    if (together) {
      expire(first, second);
    } else {
      expire(second);
      expire(first);
    }
    assertThat(entries())
        .containsExactlyInAnyOrder("0 100000000 attempt_expired", "0 200000000 expired");
    isOneCall("200000000");

    apply(List.of(), settling(second).build());
    assertThat(entries()).contains("1 -199999993 late truth");
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  @Test
  void anAttemptThatExpiresBeforeTheNextBeginsIsFollowedByIt() {
    Hold first = hold(1, "0.10");
    expire(first);
    Hold second = hold(2, "0.20");
    expire(second);

    isOneCall("200000000");
  }

  /// It is no truth, so what was posted may still be given back.
  @Test
  void aLateEstimateLeavesTheBound() {
    Hold first = hold(1, "0.10");
    expire(first);
    CallRecord late = settling(first).estimated(Uncertainty.TIMEOUT).build();
    apply(List.of(), late);
    assertThat(entries()).containsExactlyInAnyOrder("0 100000000 expired");
    assertThat(estimates()).hasSize(1);
    isOneCall("100000000");

    apply(List.of(), settling(first).estimated(Uncertainty.NO_USAGE).build());
    assertThat(entries()).contains("1 -99999993 late truth");
    isOneCall("100000000");
  }

  /// What was certainly not billed is no estimate, however late that is known.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aCallThatCostNothingGivesItsHoldBack(boolean late) {
    Hold first = hold(1, "0.10");
    if (late) {
      expire(first);
    }
    apply(List.of(), settling(first).unbilled().build());

    assertThat(ledger.open()).isEmpty();
    assertThat(ledger.rows("select sum(amount) from tollgate.entry"))
        .isEqualTo(late ? List.of("0") : Arrays.asList((String) null));
    assertThat(ledger.rows("select posted || ' ' || held from tollgate.account"))
        .containsExactly("0 0");
    assertThat(ledger.rows("select count(*) from tollgate.call")).containsExactly("1");
    assertThat(
            ledger.rows("select sum(calls) || ' ' || sum(cost_nanos) from tollgate.usage_bucket"))
        .containsExactly("1 0");
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  /// Between its attempts the limit went.
  @Test
  void theLastAttemptMayHaveNoHold() {
    expire(hold(1, "0.10"));
    apply(List.of(), SampleCalls.aCall().by(key).of(call, 2).costing(7).build());
    isOneCall("7");
  }

  /// The row of a call whose node was lost is not its record.
  @Test
  void aCallInDoubtIsNotTakenForTheRowOfItsLostNode() {
    Hold first = hold(1, "0.10");
    expire(first);
    CallRecord late = settling(first).build();
    assertThat(store.written(session, List.of(late))).isEmpty();
    apply(List.of(), late);
    assertThat(store.written(session, List.of(late))).containsExactly(late.id());
  }
}
