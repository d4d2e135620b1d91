package dev.tollgate.dialects.format;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.tollgate.domain.inference.Refusal;
import org.jspecify.annotations.Nullable;

/// JSON that errors of all dialects share.
public final class ErrorMembers {
  private ErrorMembers() {}

  /// A JSON string, or `null`.
  public static String quote(@Nullable String text) {
    return text == null
        ? "null"
        : '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  /// Tollgate's own members, each behind a comma: `provider_code` and `budget` where there are any.
  public static String own(Refusal refusal) {
    String code = refusal.providerCode();
    Refusal.BudgetState budget = refusal.budget();
    return (code == null ? "" : ",\"provider_code\":" + quote(code))
        + (budget == null ? "" : ",\"budget\":" + budget(budget));
  }

  private static String budget(Refusal.BudgetState budget) {
    StringBuilder text = new StringBuilder("{\"scope\":");
    text.append(quote(budget.scope())).append(",\"name\":").append(quote(budget.name()));
    Refusal.BudgetState.Amounts amounts = budget.amounts();
    if (amounts != null) {
      text.append(",\"limit\":").append(quote(amounts.limit().usd()));
      text.append(",\"settled\":").append(quote(amounts.settled().usd()));
      text.append(",\"held\":").append(quote(amounts.held().usd()));
    }
    String resets = budget.resetsAt() == null ? null : budget.resetsAt().toString();
    return text.append(",\"resets_at\":").append(quote(resets)).append('}').toString();
  }
}
