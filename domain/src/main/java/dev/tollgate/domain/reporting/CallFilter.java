package dev.tollgate.domain.reporting;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.rules.TimeSpans;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which calls to show; an absent part matches all.
///
/// @param status `ok`, `error` or an HTTP status
/// @param minLatencyMillis only calls that took at least so long
public record CallFilter(
    Instant from,
    Instant to,
    @Nullable KeyId key,
    @Nullable ProjectId project,
    @Nullable MemberId member,
    @Nullable String model,
    @Nullable String tag,
    @Nullable String status,
    @Nullable String errorCode,
    @Nullable Money minCost,
    @Nullable Long minLatencyMillis) {
  public CallFilter {
    TimeSpans.check(from, to);
    if (status != null && !status.matches("ok|error|[1-5][0-9][0-9]")) {
      throw BrokenRule.of("status", "must be ok, error or an HTTP status");
    }
  }
}
