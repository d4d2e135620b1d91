package dev.tollgate.domain.inference;

import dev.tollgate.domain.inference.CallRecord.Oddity;
import dev.tollgate.domain.pricing.Usage;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Usage as far as a provider reported it, and what decides by which rate it is priced.
///
/// @param usage components of which nothing real was reported are zero
/// @param believable whether the counts are such that an answer can have; what is not believed is
///   estimated
/// @param serviceTier the tier that served the call, or null
/// @param region where it was served, or null
public record ReportedUsage(
    Usage usage,
    boolean believable,
    @Nullable String serviceTier,
    @Nullable String region,
    Set<Oddity> oddities) {
  /// Nothing was reported.
  public static final ReportedUsage NOTHING =
      new ReportedUsage(Usage.NONE, true, null, null, Set.of());

  public ReportedUsage {
    oddities = Set.copyOf(oddities);
  }

  /// Whether the usage of the prompt is known.
  public boolean hasInput() {
    return believable && usage.inputTokens() > 0;
  }

  /// Whether the usage of the answer is known.
  public boolean hasOutput() {
    return believable && usage.outputTokens() > 0;
  }
}
