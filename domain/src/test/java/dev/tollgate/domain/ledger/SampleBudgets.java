package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.money.Money;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// Budgets and reservations for tests.
public final class SampleBudgets {
  private SampleBudgets() {}

  public static Money usd(String amount) {
    return Money.parseUsd(amount);
  }

  /// A budget that refuses, of a total window.
  public static Budget ofKey(VirtualKey key, String limit) {
    return of(key, ScopeRef.of(key.id()), Window.TOTAL, Policy.REFUSE, limit);
  }

  public static Budget ofTenant(VirtualKey key, String limit) {
    return of(key, ScopeRef.of(key.tenant()), Window.TOTAL, Policy.REFUSE, limit);
  }

  public static Budget of(
      VirtualKey key, ScopeRef scope, Window window, Policy policy, String limit) {
    return new Budget(
        new BudgetId(SampleIds.anId()),
        key.tenant(),
        scope,
        null,
        window,
        policy,
        usd(limit),
        List.of(),
        Budget.USUAL_THRESHOLDS,
        List.of(),
        Instant.now().truncatedTo(ChronoUnit.MICROS));
  }

  public static Reservation aHold(VirtualKey key, String amount) {
    return aHold(key, usd(amount), usd(amount), List.of());
  }

  /// One that waits in line for up to five seconds.
  public static Reservation aPatientHold(VirtualKey key, String amount) {
    return aHold(key, usd(amount), usd(amount), List.of(), Duration.ofSeconds(5));
  }

  public static Reservation aHold(VirtualKey key, Money want, Money floor, List<BudgetId> budgets) {
    return aHold(key, want, floor, budgets, Duration.ZERO);
  }

  /// One whose lifetime is over at once.
  public static Reservation anExpiringHold(VirtualKey key, String amount) {
    return aHold(key, usd(amount), usd(amount), List.of(), Duration.ZERO, Duration.ZERO);
  }

  /// @param line how long it waits in line
  public static Reservation aHold(
      VirtualKey key, Money want, Money floor, List<BudgetId> budgets, Duration line) {
    return aHold(key, want, floor, budgets, line, Duration.ofMinutes(31));
  }

  private static Reservation aHold(
      VirtualKey key,
      Money want,
      Money floor,
      List<BudgetId> budgets,
      Duration line,
      Duration lifetime) {
    return new Reservation(
        new HoldId(SampleIds.anId()),
        new CallId(SampleIds.anId()),
        1,
        key,
        "gpt-x",
        "openai",
        "gpt-x-2026",
        new PriceId(SampleIds.anId()),
        want,
        floor,
        budgets,
        line,
        lifetime);
  }
}
