package dev.tollgate.application.reporting;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.reporting.CallFilter;
import dev.tollgate.domain.reporting.StatusFilter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Which calls are asked for; an absent part matches all, and absent times mean the last seven
/// days.
public record CallQuery(
    @Nullable Instant from,
    @Nullable Instant to,
    @Nullable KeyId key,
    @Nullable ProjectId project,
    @Nullable MemberId member,
    @Nullable String model,
    @Nullable String tag,
    @Nullable StatusFilter status,
    @Nullable String errorCode,
    @Nullable Money minCost,
    @Nullable Long minLatencyMillis) {
  static final Duration USUAL_SPAN = Duration.ofDays(7);

  CallFilter filter(Clock clock) {
    Instant end = to == null ? clock.instant().plusSeconds(60) : to;
    return new CallFilter(
        from == null ? end.minus(USUAL_SPAN) : from,
        end,
        key,
        project,
        member,
        model,
        tag,
        status,
        errorCode,
        minCost,
        minLatencyMillis);
  }
}
