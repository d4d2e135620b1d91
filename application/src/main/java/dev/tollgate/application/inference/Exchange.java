package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.PriceBook;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.tenancy.Retention;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of one call while it runs, and its record at the end. Used by one thread.
final class Exchange {
  private static final int OK = 200;

  /// What is noted when the caller hung up; it never sees a status. The number is nginx's.
  private static final int CLIENT_CLOSED = 499;

  private final Inbound inbound;
  private final TenantId tenant;
  private final @Nullable KnownKey known;
  private final @Nullable Payload payload;
  private final @Nullable ByteArrayOutputStream response;
  private @Nullable Target target;
  private @Nullable Price price;
  private @Nullable String serviceTier;
  private Usage usage = Usage.NONE;
  private @Nullable Money cost;
  private boolean priced;
  private boolean estimated;
  private boolean responseTruncated;
  private int attempts;
  private int status = OK;
  private @Nullable String errorCode;
  private @Nullable BudgetBook book;
  private @Nullable Hold hold;
  private List<Balance> balances = List.of();
  private long clampedTo = -1;
  private boolean recorded;
  private long dispatchedNanos;
  private long firstByteNanos;

  Exchange(Inbound inbound, TenantId tenant, @Nullable KnownKey known, @Nullable Payload payload) {
    this.inbound = inbound;
    this.tenant = tenant;
    this.known = known;
    this.payload = payload;
    this.response = capture() == Capture.FULL ? new ByteArrayOutputStream() : null;
  }

  /// The budgets that the call is judged by.
  void under(BudgetBook budgets) {
    book = budgets;
  }

  void dispatching(Target chosen, PriceBook prices) {
    target = chosen;
    attempts++;
    price =
        prices.find(
            chosen.provider().id().toString(),
            chosen.provider().kind().wire(),
            chosen.deployment().pricedAs(),
            inbound.startedAt());
    hold = null;
    balances = List.of();
    clampedTo = -1;
  }

  /// The attempt goes out now.
  void dispatched() {
    if (dispatchedNanos == 0) {
      dispatchedNanos = System.nanoTime();
    }
  }

  /// The attempt holds what it can cost.
  ///
  /// @param cap the output cap that was lowered to fit, or -1
  void held(Hold granted, List<Balance> touched, long cap) {
    hold = granted;
    balances = touched;
    clampedTo = cap;
  }

  /// Attempts so far, the current one included.
  int attempts() {
    return attempts;
  }

  /// The hold of the current attempt, or null.
  @Nullable Hold hold() {
    return hold;
  }

  /// Forgets the hold: the attempt cost nothing.
  void released() {
    hold = null;
  }

  /// The price of the current attempt, or null.
  @Nullable Price price() {
    return price;
  }

  /// The tier that the caller named, or null for the usual one.
  @Nullable String namedTier() {
    return payload == null ? null : payload.serviceTier();
  }

  /// The cap that was written in because the budget did not allow the one asked for, or -1.
  long clampedTo() {
    return clampedTo;
  }

  /// What is left of the caller's own budgets, the least of them, once the call is settled; null
  /// when there is none with a limit.
  @Nullable Money remaining() {
    if (book == null) {
      return null;
    }
    Money least = null;
    for (Balance balance : balances) {
      Budget budget = book.find(balance.budget());
      if (balance.hard() && budget != null && budget.scope().isOwn()) {
        Money free = balance.free();
        least = least == null || free.compareTo(least) < 0 ? free : least;
      }
    }
    Money settled = cost();
    if (least == null || hold == null || settled == null) {
      return least;
    }
    return least.plus(hold.amount()).minus(settled);
  }

  /// Notes the first byte of a streamed answer.
  void firstByte() {
    if (firstByteNanos == 0) {
      firstByteNanos = System.nanoTime();
    }
  }

  void served(@Nullable Usage reported, @Nullable String tier) {
    usage = reported == null ? Usage.NONE : reported;
    cost = null;
    serviceTier = tier;
    priced = reported != null;
  }

  /// Usage that Tollgate counted itself, since the provider did not report it.
  void servedEstimate(Usage counted, @Nullable String tier) {
    served(counted, tier);
    estimated = true;
  }

  void refused(Refusal refusal) {
    status = refusal.status();
    errorCode = refusal.code();
  }

  void callerGone() {
    status = CLIENT_CLOSED;
    errorCode = "client_closed";
  }

  /// The cost, or null when usage or price is not known.
  @Nullable Money cost() {
    if (cost == null && priced && price != null && target != null) {
      cost = price.cost(usage, pricedTier(), target.provider().options().region());
    }
    return cost;
  }

  /// The tier that served the call, else the one that was asked for.
  private @Nullable String pricedTier() {
    String tier = serviceTier != null || payload == null ? serviceTier : payload.serviceTier();
    return Rate.named(tier);
  }

  @Nullable Target target() {
    return target;
  }

  /// Microseconds from arrival to the first dispatch.
  long overheadMicros() {
    long until = dispatchedNanos == 0 ? System.nanoTime() : dispatchedNanos;
    return (until - inbound.startNanos()) / 1_000;
  }

  void keep(byte[] bytes, int offset, int length) {
    if (response != null) {
      int room = CapturedContent.LONGEST - response.size();
      response.write(bytes, offset, Math.min(room, length));
      responseTruncated |= length > room;
    }
  }

  @Nullable CapturedContent content() {
    if (response == null || payload == null) {
      return null;
    }
    return new CapturedContent(
        inbound.id(),
        tenant,
        retention(),
        payload.body(),
        response.toByteArray(),
        responseTruncated);
  }

  /// Whether the call has its record, which settles its hold.
  boolean isRecorded() {
    return recorded;
  }

  CallRecord record() {
    recorded = true;
    long now = System.nanoTime();
    return new CallRecord(
        inbound.id(),
        tenant,
        known == null ? null : known.key(),
        inbound.endpoint(),
        inbound.startedAt(),
        payload == null ? null : payload.model(),
        target == null
            ? null
            : new CallRecord.Served(
                target.provider().name(), target.deployment().model(), serviceTier),
        attempts,
        payload != null && payload.stream(),
        status,
        errorCode,
        usage,
        cost(),
        price == null ? null : price.id(),
        estimated,
        (now - inbound.startNanos()) / 1_000,
        firstByteNanos == 0 ? -1 : (firstByteNanos - inbound.startNanos()) / 1_000,
        overheadMicros(),
        retention(),
        client(),
        hold == null ? null : hold.id(),
        hold == null ? inbound.startedAt() : hold.reservedAt());
  }

  private Retention retention() {
    return known == null ? Retention.DAYS_30 : known.retention();
  }

  private Capture capture() {
    if (known == null) {
      return Capture.METADATA;
    }
    Capture policy = known.capture();
    return policy == Capture.FULL && inbound.captureOptOut() ? Capture.METADATA : policy;
  }

  private ClientInfo client() {
    if (capture() == Capture.NONE) {
      return ClientInfo.UNKNOWN;
    }
    ClientInfo sent = inbound.client();
    if (payload == null) {
      return sent;
    }
    return new ClientInfo(
        sent.address(),
        sent.userAgent(),
        sent.sdk(),
        sent.session(),
        payload.user(),
        payload.metadata());
  }
}
