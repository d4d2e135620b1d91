package dev.tollgate.application.ledger;

import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Policy;
import dev.tollgate.domain.ledger.Window;
import dev.tollgate.domain.money.Money;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a budget is to be, whosever it is.
///
/// @param models public names it counts, `*` standing for any text; null counts all
/// @param raise a higher limit for a time, or null
public record BudgetTerms(
    @Nullable List<String> models,
    Window window,
    Policy policy,
    Money limit,
    @Nullable RaiseTo raise,
    List<Integer> thresholds,
    List<String> told) {
  /// Whether one of the same scope cannot stay beside it where there is to be one over all models.
  public boolean displaces(Budget budget) {
    return models == null && window != budget.window();
  }

  /// The short form of a raise: another limit until an instant.
  public record RaiseTo(Money to, Instant until) {}
}
