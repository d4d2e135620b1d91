package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Bound;
import dev.tollgate.domain.rules.BrokenRule;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A limit on a scope and window. There is one for each (scope, models, window); setting it again
/// changes it.
///
/// @param models public names it counts, `*` standing for any text; null counts all
/// @param limit may be lower than what was spent: that only stops new spending
/// @param raises what is added to the limit, those that are over or still to come included
/// @param thresholds percent of the limit at which somebody is told, ascending
/// @param told e-mail addresses that are told
public record Budget(
    BudgetId id,
    TenantId tenant,
    ScopeRef scope,
    @Nullable List<String> models,
    Window window,
    Policy policy,
    Money limit,
    List<Raise> raises,
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
    raises = List.copyOf(raises);
    if (limit.nanos() < 0) {
      throw BrokenRule.of("limit", "must not be negative");
    }
    if (models != null && (models.isEmpty() || models.size() > MOST || tooLong(models))) {
      throw BrokenRule.of("models", "must have 1 to 16 names, or be null for all");
    }
    if (thresholds.size() > MOST || thresholds.stream().anyMatch(each -> each < 1 || each > 1000)) {
      throw BrokenRule.of("thresholds", "must be at most 16 percentages, 1 to 1000");
    }
    if (told.size() > MOST || tooLong(told) || told.stream().anyMatch(Budget::isNoAddress)) {
      throw BrokenRule.of("notify", "must be at most 16 e-mail addresses");
    }
  }

  /// An addition to the limit.
  ///
  /// @param until when it ends, or null when it is for good
  /// @param origin where it comes from: `budget` for the short form of one, `api`, or a request
  public record Raise(
      RaiseId id,
      Money amount,
      Instant from,
      @Nullable Instant until,
      String reason,
      String origin) {
    /// The origin of the raise that is a part of the budget's own form.
    public static final String OF_BUDGET = "budget";

    public Raise {
      if (amount.nanos() <= 0 || amount.compareTo(Bound.HIGHEST) > 0) {
        throw BrokenRule.of("amount", "must be more than 0 and at most 1000000000");
      }
      if (until != null && !until.isAfter(from)) {
        throw BrokenRule.of("until", "must be later than from");
      }
      if (reason.length() > LONGEST) {
        throw BrokenRule.of("reason", "must have at most 256 characters");
      }
    }

    boolean isInForce(Instant now) {
      return !now.isBefore(from) && (until == null || now.isBefore(until));
    }
  }

  /// The limit in force at an instant: the limit and every raise in force; at most [Bound#HIGHEST].
  public Money limitAt(Instant now) {
    Money sum = limit;
    for (Raise raise : raises) {
      sum = raise.isInForce(now) ? sum.plusAtMost(raise.amount()) : sum;
    }
    return sum.compareTo(Bound.HIGHEST) < 0 ? sum : Bound.HIGHEST;
  }

  /// The raise that is a part of the budget's own form, or null.
  public @Nullable Raise ownRaise() {
    return raises.stream()
        .filter(raise -> raise.origin().equals(Raise.OF_BUDGET))
        .findFirst()
        .orElse(null);
  }

  /// Whether setting another one would change this one.
  public boolean replaces(Budget other) {
    return tenant.equals(other.tenant)
        && scope.equals(other.scope)
        && window == other.window
        && Objects.equals(models, other.models);
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
