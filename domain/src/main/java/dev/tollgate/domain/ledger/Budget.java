package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A limit on a scope and window. There is one for each (scope, scope id, models, window); setting
/// it again changes it.
///
/// @param scopeId the key, member, project, business unit or tenant
/// @param models public names it counts, `*` at the end matching any rest; null counts all
/// @param limit may be lower than what was spent: that only stops new spending
/// @param raise a higher limit for a time, or null
/// @param thresholds percent of the limit at which somebody is told, ascending
/// @param told e-mail addresses that are told
public record Budget(
    BudgetId id,
    TenantId tenant,
    Scope scope,
    UUID scopeId,
    @Nullable List<String> models,
    Window window,
    Policy policy,
    Money limit,
    @Nullable Raise raise,
    List<Integer> thresholds,
    List<String> told,
    Instant createdAt) {
  public static final List<Integer> USUAL_THRESHOLDS = List.of(50, 80, 95, 100);
  private static final int MOST = 16;
  private static final int LONGEST = 256;

  public Budget {
    models = models == null ? null : models.stream().distinct().sorted().toList();
    thresholds = thresholds.stream().distinct().sorted().toList();
    told = List.copyOf(told);
    if (limit.nanos() < 0) {
      throw new IllegalArgumentException("limit must not be negative");
    }
    if (models != null && (models.isEmpty() || models.size() > MOST || tooLong(models))) {
      throw new IllegalArgumentException("models must have 1 to 16 names, or be null for all");
    }
    if (thresholds.size() > MOST || thresholds.stream().anyMatch(each -> each < 1 || each > 1000)) {
      throw new IllegalArgumentException("thresholds must be at most 16 percentages, 1 to 1000");
    }
    if (told.size() > MOST || tooLong(told) || told.stream().anyMatch(Budget::isNoAddress)) {
      throw new IllegalArgumentException("notify must be at most 16 e-mail addresses");
    }
  }

  /// A limit that holds until an instant.
  public record Raise(Money to, Instant until) {}

  /// The limit in force at an instant. A raise never lowers it.
  public Money limitAt(Instant now) {
    return raise != null && now.isBefore(raise.until()) && raise.to().compareTo(limit) > 0
        ? raise.to()
        : limit;
  }

  public boolean counts(String model) {
    return models == null || KeyPolicy.matches(models, model);
  }

  /// Whether a call that does not fit is refused.
  public boolean isHard() {
    return policy != Policy.OBSERVE;
  }

  private static boolean tooLong(List<String> texts) {
    return texts.stream().anyMatch(text -> text.isBlank() || text.length() > LONGEST);
  }

  private static boolean isNoAddress(String text) {
    int at = text.indexOf('@');
    return at < 1 || at == text.length() - 1 || !text.chars().allMatch(c -> c > ' ' && c != 127);
  }
}
