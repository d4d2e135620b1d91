package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.Demands;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.OutputCaps;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.Payload.CapEdit;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.InputCounter;
import dev.tollgate.domain.ledger.Ledger;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.TokenCounter;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Bound;
import dev.tollgate.domain.pricing.Price;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Takes the hold of one attempt. The input is first bounded by its bytes, which costs nothing and
/// is enough while there is plenty left; only when that does not fit is it counted, and only when
/// that does not fit either is the provider asked.
final class Holds {
  /// No model reads more than this; input from elsewhere may fill it.
  static final long LARGEST_CONTEXT = 1_050_000;

  /// More than any provider's formula makes of one image.
  private static final long TOKENS_PER_IMAGE = 16_384;

  /// What a provider adds around the messages.
  private static final long OVERHEAD = 64;

  private final Ledger ledger;
  private final TokenCounter counter;
  private final InputCounter inputs;
  private final Ids ids;
  private final Duration line;
  private final Duration grace;

  /// @param line how long a call waits while only open holds are in its way
  /// @param grace added to a call's total time-out for the deadline of its hold
  Holds(
      Ledger ledger,
      TokenCounter counter,
      InputCounter inputs,
      Ids ids,
      Duration line,
      Duration grace) {
    this.inputs = inputs;
    this.ledger = ledger;
    this.counter = counter;
    this.ids = ids;
    this.line = line;
    this.grace = grace;
  }

  /// What an attempt may do.
  sealed interface Grant {
    /// No budget with a limit is touched.
    record Free() implements Grant {}

    /// The hold is durable.
    ///
    /// @param cap the output cap to write into the body, or null when it has no output
    record Held(@Nullable CapEdit cap) implements Grant {}

    record Refused(Refusal refusal) implements Grant {}
  }

  private record Ask(
      Exchange exchange,
      Inbound inbound,
      KnownKey known,
      Payload payload,
      Target target,
      BudgetBook book,
      List<Budget> budgets,
      Price price,
      long cap) {
    boolean mayClamp() {
      return budgets.stream().anyMatch(budget -> budget.policy() == Policy.CLAMP);
    }
  }

  Grant take(
      Exchange exchange,
      Inbound inbound,
      KnownKey known,
      Payload payload,
      Target target,
      BudgetBook book) {
    List<Budget> budgets = book.touching(known.key(), payload.model());
    if (inbound.endpoint() == Endpoint.COUNT_TOKENS || budgets.stream().noneMatch(Budget::isHard)) {
      return new Grant.Free();
    }
    Price price = exchange.price();
    if (price == null) {
      return new Grant.Refused(Refusal.modelNotPriced(payload.model()));
    }
    long asked = payload.demands().cap();
    long cap = asked < 0 ? book.settings().outputCap() : asked;
    boolean answers = inbound.endpoint() != Endpoint.EMBEDDINGS;
    Ask ask =
        new Ask(exchange, inbound, known, payload, target, book, budgets, price, answers ? cap : 0);
    Bound rough = new Bound(price, shape(ask, bytesBound(payload)));
    Admission admission = reserve(ask, rough, false, Duration.ZERO);
    if (admission instanceof Admission.Admitted admitted) {
      return held(ask, admitted, rough);
    }
    if (admission instanceof Admission.Unavailable) {
      return new Grant.Refused(Refusal.storeDown());
    }
    Bound counted = new Bound(price, rough.shape().withInput(countedBound(ask, rough)));
    Admission second = reserve(ask, counted, ask.mayClamp(), line);
    if (second instanceof Admission.Exhausted) {
      OptionalLong exact = inputs.count(target, inbound.endpoint(), payload);
      if (exact.isPresent() && exact.getAsLong() < counted.shape().inputTokens()) {
        Bound told = new Bound(price, rough.shape().withInput(exact.getAsLong()));
        return granted(ask, told, reserve(ask, told, ask.mayClamp(), line));
      }
    }
    return granted(ask, counted, second);
  }

  private Grant granted(Ask ask, Bound bound, Admission admission) {
    BudgetBook book = ask.book();
    return switch (admission) {
      case Admission.Admitted admitted -> held(ask, admitted, bound);
      case Admission.Busy busy ->
          new Grant.Refused(Refusal.budgetBusy(state(book, busy.binding())));
      case Admission.Exhausted exhausted ->
          new Grant.Refused(Refusal.insufficientQuota(state(book, exhausted.binding())));
      case Admission.Unavailable _ -> new Grant.Refused(Refusal.storeDown());
    };
  }

  /// Ends the hold of an attempt that was certainly not billed.
  void release(Exchange exchange) {
    Hold hold = exchange.hold();
    if (hold != null) {
      ledger.release(hold.id());
      exchange.released();
    }
  }

  private Grant held(Ask ask, Admission.Admitted admitted, Bound bound) {
    Money granted = admitted.hold().amount();
    boolean lowered = bound.at(ask.cap).compareTo(granted) > 0;
    long cap = lowered ? Math.min(ask.cap, bound.capWithin(granted)) : ask.cap;
    ask.exchange.held(admitted.hold(), admitted.balances(), lowered ? cap : -1);
    return new Grant.Held(OutputCaps.edit(ask.inbound.endpoint(), ask.target, ask.payload, cap));
  }

  private Admission reserve(Ask ask, Bound bound, boolean mayClamp, Duration patience) {
    Money want = bound.at(ask.cap);
    List<BudgetId> touched = new ArrayList<>(ask.budgets.size());
    for (Budget budget : ask.budgets) {
      touched.add(budget.id());
    }
    return ledger.reserve(
        new Reservation(
            new HoldId(ids.next()),
            ask.inbound.id(),
            ask.exchange.attempts(),
            ask.known.key(),
            ask.payload.model(),
            ask.target.provider().name(),
            ask.target.deployment().model(),
            ask.price.id(),
            want,
            mayClamp ? bound.at(Math.min(ask.cap, ask.payload.demands().leastCap())) : want,
            touched,
            ask.target.timeouts().total().plus(grace)),
        patience);
  }

  private static Bound.Shape shape(Ask ask, long inputTokens) {
    Demands demands = ask.payload.demands();
    ProviderKind kind = ask.target.provider().kind();
    return new Bound.Shape(
        inputTokens,
        demands.choices(),
        // Only Anthropic leaves it to the request; elsewhere a cache is written by itself.
        demands.cacheControl() || kind != ProviderKind.ANTHROPIC,
        demands.otherMedia(),
        demands.toolCalls(),
        ask.exchange.namedTier(),
        ask.target.provider().options().region());
  }

  private static long bytesBound(Payload payload) {
    return inputBound(payload.demands(), payload.body().length);
  }

  private long countedBound(Ask ask, Bound rough) {
    if (ask.payload.demands().remote()) {
      return rough.shape().inputTokens();
    }
    long counted = counter.bound(ask.target.deployment().pricedAs(), ask.payload.body());
    return Math.min(rough.shape().inputTokens(), inputBound(ask.payload.demands(), counted));
  }

  private static long inputBound(Demands demands, long text) {
    if (demands.remote()) {
      return LARGEST_CONTEXT;
    }
    return Math.min(LARGEST_CONTEXT, text + OVERHEAD + demands.images() * TOKENS_PER_IMAGE);
  }

  private static Refusal.BudgetState state(BudgetBook book, Balance binding) {
    Budget budget = book.find(binding.budget());
    boolean shown = budget != null && (budget.scope().isOwn() || book.settings().showsAncestors());
    return new Refusal.BudgetState(
        budget == null ? "tenant" : budget.scope().wire(),
        binding.budget().toString(),
        shown
            ? new Refusal.BudgetState.Amounts(binding.limit(), binding.posted(), binding.held())
            : null,
        binding.end());
  }
}
