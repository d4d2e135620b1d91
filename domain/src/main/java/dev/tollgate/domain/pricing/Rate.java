package dev.tollgate.domain.pricing;

import dev.tollgate.domain.rules.BrokenRule;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The price of one component under conditions.
///
/// @param microsPerUnit micro-dollars per million of what the component counts, or per one of it
public record Rate(Component component, Unit unit, Conditions when, long microsPerUnit) {
  public Rate {
    if (microsPerUnit < 0) {
      throw BrokenRule.of("price", "must not be negative");
    }
  }

  /// What the price is for: a million of what the component counts, or one of it.
  public enum Unit {
    MTOK,
    CALL,
    SECOND
  }

  /// Thousandths of a nano-dollar for one of what the component counts.
  long perCount() {
    return unit == Unit.MTOK ? microsPerUnit : Price.times(microsPerUnit, 1_000_000L);
  }

  /// When a rate applies; an absent condition always holds.
  ///
  /// @param minInputTokens the whole prompt has at least so many tokens (0 = any)
  public record Conditions(
      long minInputTokens, @Nullable String serviceTier, @Nullable String region) {
    public static final Conditions ALWAYS = new Conditions(0, null, null);

    boolean hold(Circumstances met) {
      return met.inputTokens() >= minInputTokens
          && (serviceTier == null || serviceTier.equals(met.serviceTier()))
          && (region == null || region.equals(met.region()));
    }

    /// Of two rates that apply, the more specific one wins: a named tier or region before none,
    /// then the longer prompt.
    boolean beats(Conditions other) {
      int mine = named();
      int theirs = other.named();
      return mine != theirs ? mine > theirs : minInputTokens > other.minInputTokens;
    }

    private int named() {
      return (serviceTier == null ? 0 : 1) + (region == null ? 0 : 1);
    }
  }

  /// The tiers that name none: the usual price.
  private static final Set<String> USUAL = Set.of("auto", "default", "standard", "standard_only");

  /// The tier that conditions are held against, or null for the usual price.
  public static @Nullable String named(@Nullable String tier) {
    return tier == null || USUAL.contains(tier) ? null : tier;
  }

  /// The facts of one attempt that conditions are held against.
  public record Circumstances(
      long inputTokens, @Nullable String serviceTier, @Nullable String region) {}
}
