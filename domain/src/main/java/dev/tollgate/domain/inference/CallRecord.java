package dev.tollgate.domain.inference;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.tenancy.Retention;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One finished call as it is kept: who, what, how it went, what it used and cost. Refused calls
/// are kept too.
///
/// @param tenant the key's tenant, or the home tenant when no key was recognised
/// @param key null when no key was recognised
/// @param requestedModel what the caller asked for, or null when that could not be read
/// @param status the HTTP status that the caller was given
/// @param errorCode code of the error, or null on success
/// @param cost null when nothing could be priced
/// @param estimated whether usage was counted by Tollgate because the provider did not report it
/// @param latencyMicros from the first byte of the request to the last of the answer
/// @param firstTokenMicros to the first byte of a streamed answer, or -1
/// @param overheadMicros the part of it that was spent in Tollgate before the request went out
/// @param hold the hold it settles, or null when no budget with a limit was touched
/// @param accountedAt when its hold was reserved, else when it began: decides the windows and
///   roll-ups that it counts in
public record CallRecord(
    CallId id,
    TenantId tenant,
    @Nullable VirtualKey key,
    Endpoint endpoint,
    Instant startedAt,
    @Nullable String requestedModel,
    @Nullable Served served,
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
    Retention retention,
    ClientInfo client,
    @Nullable HoldId hold,
    Instant accountedAt) {

  /// The deployment that served a call.
  public record Served(String provider, String upstreamModel, @Nullable String serviceTier) {}

  /// Whether it puts an entry into the ledger.
  public boolean isPosted() {
    return cost != null && key != null;
  }

  public boolean failed() {
    return errorCode != null;
  }
}
