package dev.tollgate.domain.ledger;

import static dev.tollgate.domain.ledger.SampleBudgets.usd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ledger.Balance.Verdict;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class BalanceTest {
  private static Balance account(String limit, String posted, String held) {
    return account(true, limit, posted, held);
  }

  private static Balance account(boolean hard, String limit, String posted, String held) {
    return new Balance(
        new BudgetId(SampleIds.anId()),
        Instant.EPOCH,
        null,
        hard,
        usd(limit),
        usd(posted),
        usd(held),
        0);
  }

  private static Verdict decide(String want, String floor, Balance... accounts) {
    return Balance.decide(List.of(accounts), usd(want), usd(floor));
  }

  @Test
  void whatFitsToTheLastNanoIsGranted() {
    assertThat(decide("0.40", "0.40", account("1.00", "0.50", "0.10")))
        .isEqualTo(new Verdict.Fits(usd("0.40")));
    assertThat(decide("0.00", "0.00", account("1.00", "1.00", "0.00")))
        .isEqualTo(new Verdict.Fits(usd("0.00")));
  }

  @Test
  void openHoldsMakeItBusyAndSpendingMakesItFinal() {
    Balance held = account("1.00", "0.50", "0.10");
    assertThat(decide("0.400000001", "0.400000001", held)).isEqualTo(new Verdict.Busy(held));
    assertThat(decide("0.50", "0.50", held)).isEqualTo(new Verdict.Busy(held));
    assertThat(decide("0.500000001", "0.500000001", held)).isEqualTo(new Verdict.Exhausted(held));
  }

  @Test
  void allAccountsOrNone() {
    Balance wide = account("9.00", "0.00", "0.00");
    Balance tight = account("1.00", "0.90", "0.00");
    assertThat(decide("0.20", "0.20", wide, tight)).isEqualTo(new Verdict.Exhausted(tight));
    assertThat(decide("0.10", "0.10", wide, tight)).isEqualTo(new Verdict.Fits(usd("0.10")));
    Balance spent = account("1.00", "1.00", "0.00");
    Balance busy = account("1.00", "0.00", "1.00");
    assertThat(decide("0.10", "0.10", busy, spent)).isEqualTo(new Verdict.Exhausted(spent));
  }

  @Test
  void aFloorLetsTheGrantShrinkToTheTightestAccount() {
    Balance wide = account("9.00", "0.00", "8.50");
    Balance tight = account("1.00", "0.70", "0.05");
    assertThat(decide("0.60", "0.10", wide, tight)).isEqualTo(new Verdict.Fits(usd("0.25")));
    assertThat(decide("0.60", "0.25", wide, tight)).isEqualTo(new Verdict.Fits(usd("0.25")));
    assertThat(decide("0.60", "0.26", wide, tight)).isEqualTo(new Verdict.Busy(tight));
    assertThat(decide("0.60", "0.31", wide, tight)).isEqualTo(new Verdict.Exhausted(tight));
  }

  @Test
  void anObservingAccountNeverRefuses() {
    assertThat(decide("5.00", "5.00", account(false, "1.00", "7.00", "0.00")))
        .isEqualTo(new Verdict.Fits(usd("5.00")));
  }

  @Test
  void aLoweredLimitOnlyStopsNewHolds() {
    Balance over = account("1.00", "3.00", "0.00");
    assertThat(over.free()).isEqualTo(usd("-2.00"));
    assertThat(decide("0.01", "0.01", over)).isEqualTo(new Verdict.Exhausted(over));
  }

  @Test
  void aHoldIsReservedAndSettled() {
    Balance start = account("1.00", "0.00", "0.00");
    Balance held = start.reserve(usd("0.30"));
    assertThat(held.held()).isEqualTo(usd("0.30"));
    assertThat(held.free()).isEqualTo(usd("0.70"));
    Balance settled = held.settle(usd("0.30"), usd("0.05"));
    assertThat(settled.held()).isEqualTo(usd("0.00"));
    assertThat(settled.posted()).isEqualTo(usd("0.05"));
    assertThat(held.settle(usd("0.30"), usd("0.00")).free()).isEqualTo(start.free());
  }
}
