package dev.tollgate.domain.reporting;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.rules.TimeSpans;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which calls to show; an absent part matches all.
///
/// @param minLatencyMillis only calls that took at least so long
public record CallFilter(
    Instant from,
    Instant to,
    @Nullable KeyId key,
    @Nullable ProjectId project,
    @Nullable MemberId member,
    @Nullable String model,
    @Nullable String tag,
    @Nullable StatusFilter status,
    @Nullable String errorCode,
    @Nullable Money minCost,
    @Nullable Long minLatencyMillis) {
  public CallFilter {
    TimeSpans.check(from, to);
  }
}
