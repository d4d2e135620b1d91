package dev.tollgate.application.inference;

import dev.tollgate.application.inference.Quirks.Quirk;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.Demands;
import dev.tollgate.domain.inference.Demands.Trait;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.Payload.CapEdit;
import dev.tollgate.domain.inference.Refusal;
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
import dev.tollgate.domain.pricing.Bound.Shape;
import dev.tollgate.domain.pricing.Price;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Takes the hold of one attempt. The input is first bounded by its bytes, which costs nothing and
/// is enough while there is plenty left; only when that does not fit is it counted, and only when
/// that does not fit either is the provider asked.
final class Holds {
  /// What a provider adds around the messages.
  private static final long OVERHEAD = 64;

  /// What an attempt costs at the most, by an estimate, when no hold limits it.
  static final Money MOST_WITHOUT_HOLD = new Money(10_000_000_000_000L);

  /// Tiers that mean the same to providers and prices. `auto` leaves the choice to the provider.
  private static final Set<String> TIERS =
      Set.of("default", "standard", "standard_only", "flex", "priority", "batch", "scale");

  private final Ledger ledger;
  private final TokenCounter counter;
  private final InputCounter inputs;
  private final Quirks quirks;
  private final Ids ids;
  private final Duration line;
  private final Duration grace;

  Holds(ServeCall.Ledgers ledgers, Quirks quirks) {
    this.ledger = ledgers.ledger();
    this.counter = ledgers.counting().tokens();
    this.inputs = ledgers.counting().inputs();
    this.quirks = quirks;
    this.ids = ledgers.ids();
    this.line = ledgers.time().line();
    this.grace = ledgers.time().grace();
  }

  /// What an attempt may do.
  sealed interface Grant {
    /// No budget with a limit is touched.
    record Free() implements Grant {}

    /// The hold is durable.
    ///
    /// @param cap the output cap to write into the body, or null when it has no output
    /// @param tier the service tier to write into the body, or null to leave it
    record Held(@Nullable CapEdit cap, @Nullable String tier) implements Grant {}

    record Refused(Refusal refusal) implements Grant {}
  }

  /// What is asked for.
  ///
  /// @param budgets that it touches; none when nothing is held, and so nothing written into its
  ///   body
  /// @param cap the most output of each answer, or 0 when it has none
  private record Ask(Attempt attempt, List<Budget> budgets, Price price, long cap) {
    boolean mayClamp() {
      return budgets.stream().anyMatch(budget -> budget.policy() == Policy.CLAMP);
    }

    Payload payload() {
      return attempt.payload();
    }

    Demands demands() {
      return attempt.payload().demands();
    }
  }

  /// Takes the hold of the current attempt.
  ///
  /// @param waiting looks after the caller while it waits in line
  Grant take(AdmittedCall call, Waiting waiting) {
    BudgetBook book = call.book();
    Payload payload = call.payload();
    Attempt attempt = call.attempt();
    List<Budget> budgets = book.touching(call.key(), payload.model());
    if (attempt.endpoint().operation().isFree() || budgets.stream().noneMatch(Budget::isHard)) {
      return new Grant.Free();
    }
    Price price = attempt.price();
    if (price == null) {
      return new Grant.Refused(Refusal.modelNotPriced(payload.model()));
    }
    if (payload.demands().has(Trait.BACKGROUND)) {
      return new Grant.Refused(Refusal.backgroundUnderBudget());
    }
    long cap = payload.demands().caps().lowest().orElse(book.settings().outputCap());
    Ask ask = new Ask(attempt, budgets, price, attempt.hasOutput() ? cap : 0);
    Bound rough = new Bound(price, shape(ask, bytesBound(ask)));
    Admission admission = reserve(ask, rough, false, Duration.ZERO);
    if (admission instanceof Admission.Admitted admitted) {
      return held(ask, admitted, rough);
    }
    if (admission instanceof Admission.Unavailable) {
      return new Grant.Refused(Refusal.storeDown());
    }
    Bound counted = new Bound(price, rough.shape().withInput(countedBound(ask, rough)));
    Admission second = lineUp(ask, counted, waiting);
    if (second instanceof Admission.Exhausted) {
      OptionalLong exact = inputs.count(attempt.target(), attempt.endpoint(), payload);
      if (exact.isPresent() && exact.getAsLong() < counted.shape().inputTokens()) {
        Bound told = new Bound(price, rough.shape().withInput(exact.getAsLong()));
        return granted(ask, told, lineUp(ask, told, waiting), book);
      }
    }
    return granted(ask, counted, second, book);
  }

  private Grant granted(Ask ask, Bound bound, Admission admission, BudgetBook book) {
    return switch (admission) {
      case Admission.Admitted admitted -> held(ask, admitted, bound);
      case Admission.Busy busy ->
          new Grant.Refused(Refusal.budgetBusy(state(book, busy.binding())));
      case Admission.Exhausted exhausted ->
          new Grant.Refused(
              Refusal.insufficientQuota(state(book, exhausted.binding()), need(ask, bound)));
      case Admission.Unavailable _ -> new Grant.Refused(Refusal.storeDown());
    };
  }

  private static Refusal.Need need(Ask ask, Bound bound) {
    boolean named = ask.demands().caps().lowest().isPresent();
    return new Refusal.Need(bound.at(ask.cap), ask.cap, named, ask.attempt.hasOutput());
  }

  /// The most that an attempt without a hold can cost, or null when it has no price: at most what
  /// its model puts out whatever the caller named, and never more than any call costs, since
  /// nothing else limits it.
  @Nullable Money bound(Attempt attempt) {
    Price price = attempt.price();
    if (price == null) {
      return null;
    }
    long most = attempt.hasOutput() ? attempt.facts().outputCap() : 0;
    long cap = Math.min(attempt.payload().demands().caps().lowest().orElse(most), most);
    Ask ask = new Ask(attempt, List.of(), price, cap);
    Money bound = new Bound(price, shape(ask, bytesBound(ask))).at(cap);
    return bound.compareTo(MOST_WITHOUT_HOLD) > 0 ? MOST_WITHOUT_HOLD : bound;
  }

  /// Ends the hold of an attempt, if it still has one, that was certainly not billed and that
  /// another one follows.
  void release(Attempt attempt) {
    Hold hold = attempt.hold();
    if (hold != null) {
      ledger.release(hold.id());
    }
    attempt.released();
  }

  private Grant held(Ask ask, Admission.Admitted admitted, Bound bound) {
    Money granted = admitted.hold().amount();
    boolean lowered = bound.at(ask.cap).compareTo(granted) > 0;
    long cap = lowered ? Math.min(ask.cap, bound.capWithin(granted)) : ask.cap;
    ask.attempt.held(
        new Attempt.Holding(
            admitted.hold(), admitted.balances(), cap, lowered, bound.shape().inputTokens()));
    return new Grant.Held(capEdit(ask, cap), tierEdit(ask));
  }

  private @Nullable CapEdit capEdit(Ask ask, long cap) {
    Attempt attempt = ask.attempt;
    Target target = attempt.target();
    List<String> names =
        attempt.traits().capNames(attempt.endpoint(), target.provider(), attempt.facts());
    if (names.isEmpty()) {
      return null;
    }
    String name = quirks.has(target, Quirk.OTHER_CAP_NAME) ? names.getLast() : names.getFirst();
    return new CapEdit(name, cap, !name.equals(names.getLast()));
  }

  /// Asks for a hold, and waits in line for it as long as the caller stays.
  private Admission lineUp(Ask ask, Bound bound, Waiting waiting) {
    return waiting.inLine(() -> reserve(ask, bound, ask.mayClamp(), line));
  }

  private Admission reserve(Ask ask, Bound bound, boolean mayClamp, Duration patience) {
    Money want = bound.at(ask.cap);
    List<BudgetId> touched = new ArrayList<>(ask.budgets.size());
    for (Budget budget : ask.budgets) {
      touched.add(budget.id());
    }
    Target target = ask.attempt.target();
    return ledger.reserve(
        new Reservation(
            new HoldId(ids.next()),
            ask.attempt.call().inbound().id(),
            ask.attempt.number(),
            ask.attempt.call().holder().key(),
            ask.payload().model(),
            target.provider().name(),
            target.deployment().model(),
            ask.price.id(),
            want,
            mayClamp ? bound.at(Math.min(ask.cap, ask.demands().leastCap())) : want,
            touched,
            patience,
            target.timeouts().total().plus(grace)));
  }

  private Shape shape(Ask ask, long inputTokens) {
    Demands demands = ask.demands();
    return new Shape(
        inputTokens,
        demands.choices(),
        demands.has(Trait.CACHE_CONTROL) || ask.attempt.traits().cachesUnasked(),
        demands.has(Trait.OTHER_MEDIA) || demands.has(Trait.REMOTE),
        demands.toolCalls(),
        tier(ask),
        region(ask));
  }

  /// The tier that will serve the attempt: the one that is named in the body, by the caller or by
  /// Tollgate. Whichever, where nobody can name one, the provider may change it, or what the caller
  /// named may mean another to the provider than to the price.
  private @Nullable String tier(Ask ask) {
    String asked = ask.payload().asked().serviceTier();
    boolean fast = ask.demands().has(Trait.FAST);
    if (ask.attempt.target().provider().options().tierMayChange()
        || asked != null && (fast || !TIERS.contains(asked))) {
      return Shape.ANY;
    }
    String named = ask.attempt.namedTier();
    return named != null || tierEdit(ask) != null || !ask.price.knowsTiers() ? named : Shape.ANY;
  }

  /// The tier to write into the body of what is held: the usual one, where the price knows others,
  /// the dialect can name it and the caller named none.
  private @Nullable String tierEdit(Ask ask) {
    Target target = ask.attempt.target();
    if (ask.budgets.isEmpty()
        || ask.payload().asked().serviceTier() != null
        || !ask.price.knowsTiers()
        || quirks.has(target, Quirk.NO_SERVICE_TIER)) {
      return null;
    }
    return ask.attempt.traits().usualTier(ask.attempt.endpoint());
  }

  /// Where the attempt will be served: where the provider is, or where the request says. One that
  /// could name a region and names none, or none that the price knows, may be served in any.
  private static @Nullable String region(Ask ask) {
    if (ask.attempt.traits().choosesRegion(ask.attempt.endpoint()) && ask.price.knowsRegions()) {
      String asked = ask.demands().region();
      return asked != null && ask.price.knowsRegion(asked) ? asked : Shape.ANY;
    }
    return ask.attempt.target().provider().options().region();
  }

  private static long bytesBound(Ask ask) {
    Payload payload = ask.payload();
    return inputBound(ask, payload.body().length - payload.demands().parts().binaryBytes());
  }

  private long countedBound(Ask ask, Bound rough) {
    if (ask.demands().has(Trait.REMOTE)) {
      return rough.shape().inputTokens();
    }
    long counted =
        counter.bound(ask.attempt.target().deployment().pricedAs(), ask.payload().text());
    return Math.min(rough.shape().inputTokens(), inputBound(ask, counted));
  }

  /// @param text an upper bound of the tokens of its text
  private static long inputBound(Ask ask, long text) {
    Demands demands = ask.demands();
    ModelFacts facts = ask.attempt.facts();
    if (demands.has(Trait.REMOTE)) {
      return facts.window();
    }
    Demands.Parts parts = demands.parts();
    long hidden = demands.has(Trait.TOOLS) ? facts.hiddenTokens() : 0;
    long sum =
        text
            + OVERHEAD
            + hidden
            + parts.images() * facts.imageTokens()
            + parts.audios() * facts.audioTokens()
            + parts.documents() * facts.documentTokens();
    return Math.min(facts.window(), sum);
  }

  private static Refusal.BudgetState state(BudgetBook book, Balance binding) {
    Budget budget = book.find(binding.budget());
    boolean shown =
        budget != null && (budget.scope().kind().isOwn() || book.settings().showsAncestors());
    return new Refusal.BudgetState(
        budget == null ? "tenant" : budget.scope().kind().wire(),
        binding.budget().toString(),
        shown
            ? new Refusal.BudgetState.Amounts(binding.limit(), binding.posted(), binding.held())
            : null,
        binding.end());
  }
}
