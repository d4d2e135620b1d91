package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.Demands;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.inference.Vendors;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Bound;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.domain.pricing.Usage;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One try of a call at one deployment: planned, held for, sent, billed. Used by one thread.
final class Attempt {
  private final Call.Asked call;
  private final int number;
  private final Plan plan;
  private @Nullable Holding holding;
  private @Nullable Hold hold;
  private long dispatchedNanos;
  private boolean over;
  private CallRecord.Bill bill = CallRecord.Bill.NONE;
  private @Nullable String serviceTier;
  private @Nullable String region;

  /// What is known of the deployment before anything is held or sent.
  ///
  /// @param traits what its kind of provider does in its own way
  /// @param price by which the attempt will be settled, or null when it has none
  /// @param topSpeed output tokens a second that the deployment does not exceed
  record Plan(
      Target target,
      Vendors.Traits traits,
      @Nullable Price price,
      ModelFacts facts,
      long topSpeed) {}

  /// What is held for it.
  ///
  /// @param touched the accounts that it touches, the hold included
  /// @param cap the output cap that is written into the body
  /// @param lowered whether that is lower than what was asked for
  /// @param inputTokens the bound of its input
  record Holding(Hold hold, List<Balance> touched, long cap, boolean lowered, long inputTokens) {}

  /// @param number of the attempts of its call, from 1
  Attempt(Call.Asked call, int number, Plan plan) {
    this.call = call;
    this.number = number;
    this.plan = plan;
  }

  Call.Asked call() {
    return call;
  }

  Payload payload() {
    return call.payload();
  }

  Endpoint endpoint() {
    return call.endpoint();
  }

  /// Whether the model puts anything out.
  boolean hasOutput() {
    return call.endpoint().operation().hasOutput();
  }

  int number() {
    return number;
  }

  Target target() {
    return plan.target();
  }

  Vendors.Traits traits() {
    return plan.traits();
  }

  @Nullable Price price() {
    return plan.price();
  }

  ModelFacts facts() {
    return plan.facts();
  }

  long topSpeed() {
    return plan.topSpeed();
  }

  /// It holds what it can cost.
  void held(Holding granted) {
    holding = granted;
    hold = granted.hold();
  }

  /// The hold that is still its own, or null.
  @Nullable Hold hold() {
    return hold;
  }

  /// The output cap that went upstream, where one was written.
  OptionalLong cap() {
    return holding == null ? OptionalLong.empty() : OptionalLong.of(holding.cap());
  }

  /// The cap that was written in because the budget did not allow the one asked for.
  OptionalLong clampedTo() {
    return holding == null || !holding.lowered()
        ? OptionalLong.empty()
        : OptionalLong.of(holding.cap());
  }

  /// The bound of its input in tokens, where it had a hold.
  OptionalLong inputBound() {
    return holding == null ? OptionalLong.empty() : OptionalLong.of(holding.inputTokens());
  }

  /// The tier that the caller named, or null for the usual one. A fast mode is priced like a tier.
  @Nullable String namedTier() {
    return payload().demands().has(Demands.Trait.FAST) ? "fast" : payload().asked().serviceTier();
  }

  /// It goes out now.
  void dispatched(long nanos) {
    dispatchedNanos = nanos;
  }

  /// Milliseconds since it went out.
  long millis() {
    return dispatchedNanos == 0 ? 0 : (System.nanoTime() - dispatchedNanos) / 1_000_000;
  }

  /// It is over, and what it cost is known: nothing, unless there is a bill.
  void ended() {
    over = true;
  }

  /// Another attempt follows, and its hold is given back.
  void released() {
    hold = null;
    ended();
  }

  /// Its bill is in the books under a record of its own.
  void paid() {
    bill = CallRecord.Bill.NONE;
    released();
  }

  /// Whether it went out and is not over.
  boolean isOut() {
    return !over && dispatchedNanos != 0;
  }

  CallRecord.Bill bill() {
    return bill;
  }

  /// The deployment, and by which tier and region the attempt was priced.
  CallRecord.Served served() {
    return new CallRecord.Served(
        target().provider().name(), target().deployment().model(), serviceTier, region);
  }

  /// Writes the bill.
  ///
  /// @param amount what it costs, or null for what the usage costs
  /// @param why null when the usage is the provider's
  /// @return false when the usage costs more than anything can; nothing is written then
  boolean charge(
      Usage usage, @Nullable Money amount, @Nullable Uncertainty why, ReportedUsage reported) {
    Price price = plan.price();
    serviceTier = servedTier(reported);
    region = price == null ? null : pricedRegion(price, reported);
    Money cost = amount == null && price != null ? cost(price, usage, reported) : amount;
    if (why == null && cost != null && cost.compareTo(Bound.HIGHEST) >= 0) {
      return false;
    }
    bill =
        new CallRecord.Bill(
            usage, cost, price == null ? null : price.id(), why, reported.oddities());
    return true;
  }

  /// Writes the bill of an estimate.
  ///
  /// @param most what was held for it, or what nothing costs more than
  void chargeAtMost(Usage usage, Money most, Uncertainty why, ReportedUsage reported) {
    Price price = plan.price();
    Money cost = price == null ? null : cost(price, usage, reported);
    boolean over = cost != null && cost.compareTo(most) > 0;
    charge(usage, over ? most : cost, why, reported);
  }

  private Money cost(Price price, Usage usage, ReportedUsage reported) {
    String own = target().provider().options().region();
    String said = pricedRegion(price, reported);
    return price.cost(usage, Rate.named(servedTier(reported)), said == null ? own : said);
  }

  /// The tier that served the call: what the provider says, else what the caller named.
  private @Nullable String servedTier(ReportedUsage reported) {
    return reported.serviceTier() == null ? namedTier() : reported.serviceTier();
  }

  /// Where the provider says that it served the call, if the price tells that apart.
  private static @Nullable String pricedRegion(Price price, ReportedUsage reported) {
    String said = reported.region();
    return said != null && price.knowsRegion(said) ? said : null;
  }

  /// What is left of the caller's own budgets, the least of them, once it is settled; null when
  /// there is none with a limit.
  @Nullable Money remaining(BudgetBook book) {
    Money least = null;
    for (Balance balance : holding == null ? List.<Balance>of() : holding.touched()) {
      Budget budget = book.find(balance.budget());
      if (balance.hard() && budget != null && budget.scope().kind().isOwn()) {
        Money free = balance.free();
        least = least == null || free.compareTo(least) < 0 ? free : least;
      }
    }
    if (least == null || hold == null) {
      return least;
    }
    Money settled = bill.cost();
    Money without = least.plusAtMost(hold.amount());
    return settled == null ? without : without.minusAtMost(settled);
  }
}
