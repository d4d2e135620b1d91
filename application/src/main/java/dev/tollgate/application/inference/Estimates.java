package dev.tollgate.application.inference;

import dev.tollgate.domain.inference.Demands;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.TokenCounter;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;

/// Writes the bill of a call: by what the provider reported where it did, else by the rules of
/// [Uncertainty].
final class Estimates {
  /// What an image counts at the most models, for an estimate.
  private static final long USUAL_IMAGE = 1_600;

  private final TokenCounter counter;
  private final Holds holds;

  Estimates(TokenCounter counter, Holds holds) {
    this.counter = counter;
    this.holds = holds;
  }

  /// The bill of a complete answer. What its usage leaves out is estimated.
  ///
  /// @param text what the model has put out; empty when the usage is that of the whole answer
  void complete(Exchange exchange, ReportedUsage reported, String text) {
    if (exchange.endpoint().operation().isFree()) {
      exchange.charge(Usage.NONE, null, null, reported);
      return;
    }
    if (exchange.payload().demands().has(Demands.Trait.BACKGROUND) && !reported.hasOutput()) {
      uncertain(exchange, Uncertainty.BACKGROUND, reported, text);
      return;
    }
    long seen = tokens(exchange, text);
    // A count from the beginning of a stream is far below what came after it.
    boolean silent =
        seen > 0 && (!reported.hasOutput() || 2 * reported.usage().outputTokens() < seen);
    boolean complete = reported.hasInput() && !silent;
    if (complete && exchange.charge(reported.usage(), null, null, reported)) {
      return;
    }
    // Counts whose cost is beyond everything are not believed.
    ReportedUsage known =
        complete ? new ReportedUsage(Usage.NONE, false, null, null, reported.oddities()) : reported;
    Attempt attempt = exchange.attempt();
    long output = Math.min(seen, cap(exchange, attempt));
    exchange.chargeAtMost(
        usage(exchange, known, exchange.answers() ? output : 0),
        most(attempt),
        Uncertainty.NO_USAGE,
        reported);
  }

  /// The bill of an answer that is not complete.
  void uncertain(Exchange exchange, Uncertainty why, ReportedUsage reported, String text) {
    if (exchange.endpoint().operation().isFree()) {
      exchange.charge(Usage.NONE, null, null, reported);
      return;
    }
    long seen = tokens(exchange, text);
    Attempt attempt = exchange.attempt();
    if (why.rule(exchange.payload().stream()) == Uncertainty.Rule.BOUND) {
      Hold hold = attempt.hold();
      Money bound = hold == null ? holds.bound(exchange) : hold.amount();
      exchange.charge(usage(exchange, reported, seen), bound, why, reported);
      return;
    }
    long cap = cap(exchange, attempt);
    long output = Uncertainty.outputTokens(seen, attempt.millis(), attempt.topSpeed(), cap);
    Usage usage = usage(exchange, reported, exchange.answers() ? output : 0);
    exchange.chargeAtMost(usage, most(attempt), why, reported);
  }

  /// What an estimate may cost at the most.
  private static Money most(Attempt attempt) {
    Hold hold = attempt.hold();
    return hold == null ? Holds.MOST_WITHOUT_HOLD : hold.amount();
  }

  /// What was reported, and what was counted of what was not.
  private Usage usage(Exchange exchange, ReportedUsage reported, long outputTokens) {
    Usage known = reported.believable() ? reported.usage() : Usage.NONE;
    Usage whole = known.withOutputAtLeast(outputTokens);
    return known.inputTokens() > 0 ? whole : whole.with(Component.INPUT, input(exchange));
  }

  /// Tokens of the input: the tokenizer's count of its text, and the allowances for the rest; never
  /// more than its bound.
  private long input(Exchange exchange) {
    Payload payload = exchange.payload();
    Attempt attempt = exchange.attempt();
    long bound = attempt.inputBound();
    if (payload.demands().has(Demands.Trait.REMOTE) && bound >= 0) {
      return bound;
    }
    Demands.Parts parts = payload.demands().parts();
    long counted =
        counter.count(attempt.target().deployment().pricedAs(), payload.text())
            + parts.images() * Math.min(attempt.facts().imageTokens(), USUAL_IMAGE)
            + parts.audios() * attempt.facts().audioTokens();
    return Math.max(1, Math.min(counted, bound < 0 ? attempt.facts().window() : bound));
  }

  private long tokens(Exchange exchange, String text) {
    return text.isEmpty()
        ? 0
        : counter.count(exchange.attempt().target().deployment().pricedAs(), text);
  }

  /// The most output tokens of all answers together.
  private static long cap(Exchange exchange, Attempt attempt) {
    Demands demands = exchange.payload().demands();
    long most = attempt.facts().outputCap();
    long named = Math.min(demands.caps().lowest().orElse(most), most);
    long each = attempt.cap() >= 0 ? attempt.cap() : named;
    long choices = Math.max(1, demands.choices());
    return each > Usage.MOST / choices ? Usage.MOST : each * choices;
  }
}
