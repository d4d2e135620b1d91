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
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One finished call as it is kept: who, what, how it went, what it used and cost. Refused calls
/// are kept too. An attempt that may have been billed and that another one followed has a record of
/// its own, which puts an entry into the ledger and is no call.
///
/// @param id the call's, or the attempt's own
/// @param attemptOf the call that an attempt belongs to, or null for a call
/// @param bill what it used and cost
public record CallRecord(
    CallId id, @Nullable CallId attemptOf, Who who, Course course, Bill bill, Posting posting) {

  /// Whose call it is.
  ///
  /// @param tenant the key's tenant, or the home tenant when no key was recognised
  /// @param key null when no key was recognised
  public record Who(TenantId tenant, @Nullable VirtualKey key, ClientInfo client) {}

  /// How a call went, as it is kept and as it is shown.
  ///
  /// @param served null when no deployment was tried
  public record Course(Asked asked, @Nullable Served served, Outcome outcome, Timing timing) {}

  /// What was asked for.
  ///
  /// @param model the public name, or null when that could not be read
  public record Asked(Endpoint endpoint, @Nullable String model, boolean stream) {}

  /// The deployment that served a call, or was tried last.
  ///
  /// @param serviceTier the tier that it was priced by, or null
  /// @param region the region that it was priced by because the provider named it, or null
  public record Served(
      String provider,
      String upstreamModel,
      @Nullable String serviceTier,
      @Nullable String region) {}

  /// What the caller was given.
  ///
  /// @param attempts how often a provider was asked
  /// @param status the HTTP status
  /// @param errorCode code of the error, or null on success
  public record Outcome(int attempts, int status, @Nullable String errorCode) {
    public boolean isError() {
      return errorCode != null;
    }
  }

  /// @param startedAt the first byte of the request
  /// @param latencyMicros from then to the last byte of the answer
  /// @param firstTokenMicros from then to the first byte of a streamed answer; empty without one
  /// @param overheadMicros the part that was spent in Tollgate before the request went out
  public record Timing(
      Instant startedAt, long latencyMicros, OptionalLong firstTokenMicros, long overheadMicros) {}

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

  /// How a call is kept in the books.
  ///
  /// @param hold the hold that it settles, or ends at nothing when it has no cost; null when no
  ///   budget with a limit was touched
  /// @param accountedAt when its hold was reserved, else when it began: decides the windows and
  ///   roll-ups that it counts in
  /// @param times how many calls it stands for: refused ones that repeat share a record
  /// @param rare facts that only few calls have, those of the bill and `times` left out
  public record Posting(
      @Nullable Hold hold, Instant accountedAt, Retention retention, int times, Details rare) {}

  public TenantId tenant() {
    return who.tenant();
  }

  public @Nullable VirtualKey key() {
    return who.key();
  }

  public @Nullable Served served() {
    return course.served();
  }

  public Outcome outcome() {
    return course.outcome();
  }

  public Timing timing() {
    return course.timing();
  }

  public Usage usage() {
    return bill.usage();
  }

  public @Nullable Money cost() {
    return bill.cost();
  }

  public @Nullable Hold hold() {
    return posting.hold();
  }

  public int times() {
    return posting.times();
  }

  public boolean estimated() {
    return bill.uncertainty() != null;
  }

  /// All rare facts.
  public Details details() {
    Details all = posting.rare();
    if (posting.times() > 1) {
      all = all.with(Detail.TIMES, posting.times());
    }
    if (bill.uncertainty() != null) {
      all = all.with(Detail.ESTIMATE, bill.uncertainty().wire());
    }
    if (!bill.oddities().isEmpty()) {
      List<String> odd = bill.oddities().stream().map(Oddity::wire).sorted().toList();
      all = all.with(Detail.ODDITIES, odd);
    }
    return all;
  }

  /// The record that is kept when this one can never be written: who and when, and the whole hold
  /// as its cost, unless it cost nothing. What a client or a provider wrote is left out.
  public CallRecord atItsBound() {
    Hold hold = posting.hold();
    Served served = course.served();
    Money cost = hold == null || bill.cost() == null ? bill.cost() : hold.amount();
    Course known =
        new Course(
            course.asked(),
            served == null
                ? null
                : new Served(served.provider(), served.upstreamModel(), null, null),
            new Outcome(
                Math.clamp(outcome().attempts(), 0, 1_000),
                Math.clamp(outcome().status(), 100, 599),
                "unwritten"),
            new Timing(timing().startedAt(), 0, OptionalLong.empty(), 0));
    return new CallRecord(
        id,
        attemptOf,
        new Who(who.tenant(), who.key(), ClientInfo.UNKNOWN),
        known,
        new Bill(
            Usage.NONE, cost, bill.price(), cost == null ? null : Uncertainty.UNWRITTEN, Set.of()),
        new Posting(
            hold, posting.accountedAt(), posting.retention(), posting.times(), Details.NONE));
  }

  /// The same for so many calls that were refused alike.
  public CallRecord standingFor(int calls) {
    Posting many =
        new Posting(
            posting.hold(), posting.accountedAt(), posting.retention(), calls, posting.rare());
    return new CallRecord(id, attemptOf, who, course, bill, many);
  }

  /// Whether it was refused before anything was held or sent for it.
  public boolean isRefused() {
    return failed() && outcome().attempts() == 0 && hold() == null && bill.cost() == null;
  }

  /// Under what its entry stands: its hold, or itself when it has none.
  public UUID entry() {
    Hold hold = posting.hold();
    return hold == null ? id.value() : hold.id().value();
  }

  public boolean isAttempt() {
    return attemptOf != null;
  }

  /// Whether it puts an entry into the ledger.
  public boolean isPosted() {
    return bill.cost() != null && who.key() != null;
  }

  public boolean failed() {
    return outcome().isError();
  }
}
