package dev.tollgate.domain.reporting;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A call as it was committed.
///
/// @param details rare facts as a JSON object, such as why its cost is an estimate; or null
public record CallView(
    CallId id,
    Instant time,
    @Nullable KeyId key,
    @Nullable ProjectId project,
    @Nullable BusinessUnitId businessUnit,
    @Nullable MemberId member,
    String endpoint,
    @Nullable String model,
    @Nullable String provider,
    @Nullable String upstreamModel,
    @Nullable String serviceTier,
    int attempts,
    boolean stream,
    int status,
    @Nullable String errorCode,
    Usage usage,
    @Nullable Money cost,
    @Nullable PriceId price,
    boolean estimated,
    long latencyMicros,
    long firstTokenMicros,
    long overheadMicros,
    List<String> tags,
    ClientInfo client,
    @Nullable String details) {}
