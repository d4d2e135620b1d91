package dev.tollgate.domain.ids;

import java.util.UUID;

/// A budget: a limit on a scope and window with a policy.
public record BudgetId(UUID value) {
  private static final String PREFIX = "bud";

  /// @throws IllegalArgumentException when the text is not a `bud_` id
  public static BudgetId parse(String text) {
    return new BudgetId(TypeId.parse(PREFIX, text));
  }

  @Override
  public String toString() {
    return TypeId.format(PREFIX, value);
  }
}
