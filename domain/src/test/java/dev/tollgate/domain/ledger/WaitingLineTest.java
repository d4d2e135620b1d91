package dev.tollgate.domain.ledger;

import static dev.tollgate.domain.ledger.SampleBudgets.usd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.SampleIds;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class WaitingLineTest {
  private final BudgetId key = new BudgetId(SampleIds.anId());
  private final BudgetId other = new BudgetId(SampleIds.anId());
  private final BudgetId tenant = new BudgetId(SampleIds.anId());
  private final Map<BudgetId, Balance> known = new HashMap<>();
  private final WaitingLine<String> line = new WaitingLine<>();

  private void know(BudgetId budget, String limit, String posted, String held) {
    known.put(
        budget,
        new Balance(budget, Instant.EPOCH, null, true, usd(limit), usd(posted), usd(held), 0));
  }

  private void join(String waiter, String floor, BudgetId... budgets) {
    line.join(waiter, List.of(budgets), usd(floor));
  }

  private List<String> ready() {
    return line.ready(known::get, false, 64);
  }

  @Test
  void asManyAskAsFitInOrder() {
    know(key, "1.00", "0.00", "0.50");
    join("a", "0.20", key);
    join("b", "0.20", key);
    join("c", "0.20", key);
    assertThat(ready()).containsExactly("a", "b");
    assertThat(line.waiters()).containsExactly("a", "b", "c");
  }

  @Test
  void aSmallOneDoesNotOvertakeALargeOneOnTheSameAccount() {
    know(key, "1.00", "0.00", "0.50");
    join("large", "0.80", key);
    join("small", "0.10", key);
    assertThat(ready()).isEmpty();
    know(key, "1.00", "0.00", "0.20");
    assertThat(ready()).containsExactly("large");
    line.leave("large");
    assertThat(ready()).containsExactly("small");
  }

  @Test
  void whoWasRefusedAsksAgainWhenTheAccountHasChanged() {
    know(key, "1.00", "0.00", "0.00");
    join("a", "0.10", key);
    line.refused("a", Objects.requireNonNull(known.get(key)));
    assertThat(ready()).as("someone on another node goes first").isEmpty();
    assertThat(line.ready(known::get, true, 64)).containsExactly("a");
    known.put(
        key, new Balance(key, Instant.EPOCH, null, true, usd("1.00"), usd("0.00"), usd("0.00"), 1));
    assertThat(ready()).containsExactly("a");
  }

  @Test
  void whoSharesNoAccountDoesNotWait() {
    know(key, "1.00", "0.00", "1.00");
    know(other, "1.00", "0.00", "0.00");
    join("a", "0.10", key);
    join("b", "0.10", other);
    assertThat(ready()).containsExactly("b");
    know(tenant, "1.00", "0.00", "1.00");
    join("c", "0.10", other, tenant);
    join("d", "0.10", other);
    assertThat(ready()).containsExactly("b");
  }

  @Test
  void whoeverCanNeverFitAsksToBeToldSo() {
    know(key, "1.00", "0.95", "0.05");
    join("a", "0.10", key);
    assertThat(ready()).containsExactly("a");
  }

  @Test
  void theFirstOfEachAccountAsksNowAndThenWhateverIsKnown() {
    know(key, "1.00", "0.00", "1.00");
    know(other, "1.00", "0.00", "1.00");
    join("a", "0.10", key);
    join("b", "0.10", key);
    join("c", "0.10", other);
    assertThat(line.ready(known::get, true, 64)).containsExactly("a", "c");
    assertThat(line.ready(known::get, true, 1)).containsExactly("a");
  }

  @Test
  void anAccountThatIsNotKnownIsAskedFor() {
    join("a", "0.10", key);
    assertThat(ready()).containsExactly("a");
  }

  @Test
  void newcomersLearnThatSomeoneWaits() {
    assertThat(line.isWaitedFor(List.of(key))).isFalse();
    join("a", "0.10", key, tenant);
    assertThat(line.isWaitedFor(List.of(other, tenant))).isTrue();
    assertThat(line.isWaitedFor(List.of(other))).isFalse();
    assertThat(line.removeIf("a"::equals)).containsExactly("a");
    assertThat(line.isEmpty()).isTrue();
    assertThat(line.isWaitedFor(List.of(tenant))).isFalse();
  }
}
