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
import java.util.OptionalLong;

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
  void complete(Attempt attempt, ReportedUsage reported, String text) {
    if (attempt.endpoint().operation().isFree()) {
      attempt.charge(Usage.NONE, null, null, reported);
      return;
    }
    if (attempt.payload().demands().has(Demands.Trait.BACKGROUND) && !reported.hasOutput()) {
      uncertain(attempt, Uncertainty.BACKGROUND, reported, text);
      return;
    }
    long seen = tokens(attempt, text);
    // A count from the beginning of a stream is far below what came after it.
    boolean silent =
        seen > 0 && (!reported.hasOutput() || 2 * reported.usage().outputTokens() < seen);
    boolean complete = reported.hasInput() && !silent;
    if (complete && attempt.charge(reported.usage(), null, null, reported)) {
      return;
    }
    // Counts whose cost is beyond everything are not believed.
    ReportedUsage known =
        complete ? new ReportedUsage(Usage.NONE, false, null, null, reported.oddities()) : reported;
    long output = Math.min(seen, cap(attempt));
    attempt.chargeAtMost(
        usage(attempt, known, attempt.hasOutput() ? output : 0),
        most(attempt),
        Uncertainty.NO_USAGE,
        reported);
  }

  /// The bill of an answer that is not complete.
  void uncertain(Attempt attempt, Uncertainty why, ReportedUsage reported, String text) {
    if (attempt.endpoint().operation().isFree()) {
      attempt.charge(Usage.NONE, null, null, reported);
      return;
    }
    long seen = tokens(attempt, text);
    if (why.rule(attempt.payload().stream()) == Uncertainty.Rule.BOUND) {
      Hold hold = attempt.hold();
      Money bound = hold == null ? holds.bound(attempt) : hold.amount();
      attempt.charge(usage(attempt, reported, seen), bound, why, reported);
      return;
    }
    long cap = cap(attempt);
    long output = Uncertainty.outputTokens(seen, attempt.millis(), attempt.topSpeed(), cap);
    Usage usage = usage(attempt, reported, attempt.hasOutput() ? output : 0);
    attempt.chargeAtMost(usage, most(attempt), why, reported);
  }

  /// What an estimate may cost at the most.
  private static Money most(Attempt attempt) {
    Hold hold = attempt.hold();
    return hold == null ? Holds.MOST_WITHOUT_HOLD : hold.amount();
  }

  /// What was reported, and what was counted of what was not.
  private Usage usage(Attempt attempt, ReportedUsage reported, long outputTokens) {
    Usage known = reported.believable() ? reported.usage() : Usage.NONE;
    Usage whole = known.withOutputAtLeast(outputTokens);
    return known.inputTokens() > 0 ? whole : whole.with(Component.INPUT, input(attempt));
  }

  /// Tokens of the input: the tokenizer's count of its text, and the allowances for the rest; never
  /// more than its bound.
  private long input(Attempt attempt) {
    Payload payload = attempt.payload();
    OptionalLong bound = attempt.inputBound();
    if (payload.demands().has(Demands.Trait.REMOTE) && bound.isPresent()) {
      return bound.getAsLong();
    }
    Demands.Parts parts = payload.demands().parts();
    long counted =
        counter.count(attempt.target().deployment().pricedAs(), payload.text())
            + parts.images() * Math.min(attempt.facts().imageTokens(), USUAL_IMAGE)
            + parts.audios() * attempt.facts().audioTokens();
    return Math.max(1, Math.min(counted, bound.orElse(attempt.facts().window())));
  }

  private long tokens(Attempt attempt, String text) {
    return text.isEmpty() ? 0 : counter.count(attempt.target().deployment().pricedAs(), text);
  }

  /// The most output tokens of all answers together.
  private static long cap(Attempt attempt) {
    Demands demands = attempt.payload().demands();
    long most = attempt.facts().outputCap();
    long named = Math.min(demands.caps().lowest().orElse(most), most);
    long each = attempt.cap().orElse(named);
    long choices = Math.max(1, demands.choices());
    return each > Usage.MOST / choices ? Usage.MOST : each * choices;
  }
}
