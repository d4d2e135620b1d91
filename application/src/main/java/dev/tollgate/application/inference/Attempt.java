package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.Vendors;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.pricing.Price;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One try of a call at one deployment, as far as it has come. Used by one thread.
final class Attempt {
  private final Target target;
  private final Vendors.Traits traits;
  private final @Nullable Price price;
  private final ModelFacts facts;
  private final long topSpeed;
  private @Nullable Hold hold;
  private List<Balance> balances = List.of();
  private long cap = -1;
  private boolean clamped;
  private long inputBound = -1;
  private long dispatchedNanos;
  private boolean over;

  /// @param price by which it will be settled, or null when it has none
  /// @param topSpeed output tokens a second that the deployment does not exceed
  Attempt(
      Target target,
      Vendors.Traits traits,
      @Nullable Price price,
      ModelFacts facts,
      long topSpeed) {
    this.target = target;
    this.traits = traits;
    this.price = price;
    this.facts = facts;
    this.topSpeed = topSpeed;
  }

  Target target() {
    return target;
  }

  /// What its kind of provider does in its own way.
  Vendors.Traits traits() {
    return traits;
  }

  @Nullable Price price() {
    return price;
  }

  ModelFacts facts() {
    return facts;
  }

  long topSpeed() {
    return topSpeed;
  }

  /// It holds what it can cost.
  ///
  /// @param touched the accounts that it touches, the hold included
  /// @param outputCap the output cap that is written into the body
  /// @param lowered whether that is lower than what was asked for
  /// @param inputTokens the bound of its input
  void held(
      Hold granted, List<Balance> touched, long outputCap, boolean lowered, long inputTokens) {
    hold = granted;
    balances = touched;
    cap = outputCap;
    clamped = lowered;
    inputBound = inputTokens;
  }

  @Nullable Hold hold() {
    return hold;
  }

  List<Balance> balances() {
    return balances;
  }

  /// The output cap that went upstream, or -1 when none was written.
  long cap() {
    return cap;
  }

  /// The cap that was written in because the budget did not allow the one asked for, or -1.
  long clampedTo() {
    return clamped ? cap : -1;
  }

  /// The bound of its input in tokens, or -1 when it has no hold.
  long inputBound() {
    return inputBound;
  }

  /// It is over, and what it cost is known: nothing, unless there is a bill.
  void ended() {
    over = true;
  }

  /// Forgets the hold: another attempt follows.
  void released() {
    hold = null;
    ended();
  }

  /// Whether it went out and is not over.
  boolean isOut() {
    return !over && dispatchedNanos != 0;
  }

  /// It goes out now.
  void dispatched() {
    dispatchedNanos = System.nanoTime();
  }

  /// Milliseconds since it went out.
  long millis() {
    return dispatchedNanos == 0 ? 0 : (System.nanoTime() - dispatchedNanos) / 1_000_000;
  }
}
