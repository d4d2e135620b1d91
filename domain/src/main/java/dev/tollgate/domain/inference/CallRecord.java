package dev.tollgate.domain.inference;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.tenancy.Retention;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One finished call as it is kept: who, what, how it went, what it used and cost. Refused calls
/// are kept too. An attempt that may have been billed and that another one followed has a record of
/// its own, which puts an entry into the ledger and is no call.
///
/// @param id the call's, or the attempt's own
/// @param attemptOf the call that an attempt belongs to, or null for a call
/// @param tenant the key's tenant, or the home tenant when no key was recognised
/// @param key null when no key was recognised
/// @param requestedModel what the caller asked for, or null when that could not be read
/// @param status the HTTP status that the caller was given
/// @param errorCode code of the error, or null on success
/// @param bill what it used and cost
/// @param latencyMicros from the first byte of the request to the last of the answer
/// @param firstTokenMicros to the first byte of a streamed answer, or -1
/// @param overheadMicros the part of it that was spent in Tollgate before the request went out
/// @param hold the hold that it settles, or ends at nothing when it has no cost; null when no
///   budget with a limit was touched
/// @param accountedAt when its hold was reserved, else when it began: decides the windows and
///   roll-ups that it counts in
/// @param times how many calls it stands for: refused ones that repeat share a record
public record CallRecord(
    CallId id,
    @Nullable CallId attemptOf,
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
    Bill bill,
    long latencyMicros,
    long firstTokenMicros,
    long overheadMicros,
    Retention retention,
    ClientInfo client,
    @Nullable Hold hold,
    Instant accountedAt,
    int times) {

  /// What a call used and cost.
  ///
  /// @param cost null when nothing could be priced
  /// @param price by which it was priced, or null
  /// @param uncertainty why usage and cost are an estimate, or null when the provider reported them
  /// @param oddities what was strange about the usage that the provider reported
  public record Bill(
      Usage usage,
      @Nullable Money cost,
      @Nullable PriceId price,
      @Nullable Uncertainty uncertainty,
      Set<Oddity> oddities) {
    public static final Bill NONE = new Bill(Usage.NONE, null, null, null, Set.of());

    public Bill {
      oddities = Set.copyOf(oddities);
    }
  }

  /// What can be strange about a usage that a provider reports.
  public enum Oddity {
    /// Counts were written as strings.
    TEXT_COUNTS,
    /// A count was beyond anything real; it was lowered or not believed.
    ABSURD_COUNT,
    /// The parts did not add up to the total; what was missing was added.
    TOTAL_DISAGREES;

    private final String wire = name().toLowerCase(Locale.ROOT);

    public String wire() {
      return wire;
    }
  }

  /// The deployment that served a call.
  ///
  /// @param serviceTier the tier that it was priced by, or null
  /// @param region the region that it was priced by because the provider named it, or null
  public record Served(
      String provider,
      String upstreamModel,
      @Nullable String serviceTier,
      @Nullable String region) {}

  public Usage usage() {
    return bill.usage();
  }

  public @Nullable Money cost() {
    return bill.cost();
  }

  public @Nullable PriceId price() {
    return bill.price();
  }

  public boolean estimated() {
    return bill.uncertainty() != null;
  }

  /// The record that is kept when this one can never be written: who and when, and the whole hold
  /// as its cost, unless it cost nothing. What a client or a provider wrote is left out.
  public CallRecord atItsBound() {
    Money cost = hold == null || bill.cost() == null ? bill.cost() : hold.amount();
    return new CallRecord(
        id,
        attemptOf,
        tenant,
        key,
        endpoint,
        startedAt,
        requestedModel,
        served == null ? null : new Served(served.provider(), served.upstreamModel(), null, null),
        Math.clamp(attempts, 0, 1_000),
        stream,
        Math.clamp(status, 100, 599),
        "unwritten",
        new Bill(
            Usage.NONE, cost, bill.price(), cost == null ? null : Uncertainty.UNWRITTEN, Set.of()),
        0,
        -1,
        0,
        retention,
        ClientInfo.UNKNOWN,
        hold,
        accountedAt,
        times);
  }

  /// The same for so many calls that were refused alike.
  public CallRecord standingFor(int calls) {
    return new CallRecord(
        id,
        attemptOf,
        tenant,
        key,
        endpoint,
        startedAt,
        requestedModel,
        served,
        attempts,
        stream,
        status,
        errorCode,
        bill,
        latencyMicros,
        firstTokenMicros,
        overheadMicros,
        retention,
        client,
        hold,
        accountedAt,
        calls);
  }

  /// Whether it was refused before anything was held or sent for it.
  public boolean isRefused() {
    return failed() && attempts == 0 && hold == null && bill.cost() == null;
  }

  /// Under what its entry stands: its hold, or itself when it has none.
  public UUID entry() {
    return hold == null ? id.value() : hold.id().value();
  }

  public boolean isAttempt() {
    return attemptOf != null;
  }

  /// Whether it puts an entry into the ledger.
  public boolean isPosted() {
    return bill.cost() != null && key != null;
  }

  public boolean failed() {
    return errorCode != null;
  }
}
