package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Demands;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Bound;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.tenancy.Retention;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Objects;
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
  private @Nullable ByteArrayOutputStream response;
  private boolean responseTruncated;
  private @Nullable BudgetBook book;
  private @Nullable Attempt attempt;
  private int attempts;
  private CallRecord.Bill bill = CallRecord.Bill.NONE;
  private @Nullable String serviceTier;
  private @Nullable String region;
  private int status = OK;
  private @Nullable String errorCode;
  private boolean recorded;
  private Money before = Money.ZERO;
  private boolean captured;
  private boolean unheld;
  private long dispatchedNanos;
  private long firstByteNanos;

  Exchange(Inbound inbound, TenantId tenant, @Nullable KnownKey known, @Nullable Payload payload) {
    this.inbound = inbound;
    this.tenant = tenant;
    this.known = known;
    this.payload = payload;
  }

  Inbound inbound() {
    return inbound;
  }

  Endpoint endpoint() {
    return inbound.endpoint();
  }

  /// The key, of a call that was let in.
  KnownKey known() {
    return Objects.requireNonNull(known);
  }

  /// The body, of a call that was let in.
  Payload payload() {
    return Objects.requireNonNull(payload);
  }

  /// The budgets that the call is judged by.
  void under(BudgetBook budgets) {
    book = budgets;
  }

  BudgetBook book() {
    return Objects.requireNonNull(book);
  }

  /// Whether the model puts anything out.
  boolean answers() {
    return inbound.endpoint().operation().hasOutput();
  }

  /// The next attempt begins.
  void begins(Attempt next) {
    attempt = next;
    attempts++;
  }

  /// It goes out without a hold.
  void runsUnheld() {
    unheld = true;
  }

  boolean isUnheld() {
    return unheld;
  }

  /// Attempts so far, the current one included.
  int attempts() {
    return attempts;
  }

  /// The current attempt.
  Attempt attempt() {
    return Objects.requireNonNull(attempt);
  }

  /// The hold of the current attempt, or null.
  @Nullable Hold hold() {
    return attempt == null ? null : attempt.hold();
  }

  /// The attempt goes out now.
  void dispatched() {
    attempt().dispatched();
    if (dispatchedNanos == 0) {
      dispatchedNanos = System.nanoTime();
    }
  }

  /// The tier that the caller named, or null for the usual one. A fast mode is priced like a tier.
  @Nullable String namedTier() {
    if (payload == null) {
      return null;
    }
    return payload.demands().has(Demands.Trait.FAST) ? "fast" : payload.asked().serviceTier();
  }

  /// What is left of the caller's own budgets, the least of them, once the call is settled; null
  /// when there is none with a limit.
  @Nullable Money remaining() {
    if (book == null || attempt == null) {
      return null;
    }
    Money least = null;
    for (Balance balance : attempt.balances()) {
      Budget budget = book.find(balance.budget());
      if (balance.hard() && budget != null && budget.scope().isOwn()) {
        Money free = balance.free();
        least = least == null || free.compareTo(least) < 0 ? free : least;
      }
    }
    Hold hold = attempt.hold();
    if (least == null || hold == null) {
      return least;
    }
    Money settled = bill.cost();
    Money without = least.plusAtMost(hold.amount());
    return settled == null ? without : without.minusAtMost(settled);
  }

  /// Notes the first byte of a streamed answer.
  void firstByte() {
    if (firstByteNanos == 0) {
      firstByteNanos = System.nanoTime();
    }
  }

  /// Milliseconds from the first byte of a streamed answer until now.
  long streamedMillis() {
    return firstByteNanos == 0 ? 0 : (System.nanoTime() - firstByteNanos) / 1_000_000;
  }

  /// Writes the bill.
  ///
  /// @param amount what it costs, or null for what the usage costs
  /// @param why null when the usage is the provider's
  /// @return false when the usage costs more than anything can; nothing is written then
  boolean charge(
      Usage usage, @Nullable Money amount, @Nullable Uncertainty why, ReportedUsage reported) {
    Price price = attempt().price();
    serviceTier = servedTier(reported);
    region = price == null ? null : pricedRegion(price, reported);
    Money cost = amount == null && price != null ? price(price, usage, reported) : amount;
    if (why == null && cost != null && cost.compareTo(Bound.HIGHEST) >= 0) {
      return false;
    }
    bill =
        new CallRecord.Bill(
            usage, cost, price == null ? null : price.id(), why, reported.oddities());
    return true;
  }

  /// Writes the bill of an estimate.
  ///
  /// @param most what was held for it, or what nothing costs more than
  void chargeAtMost(Usage usage, Money most, Uncertainty why, ReportedUsage reported) {
    Price price = attempt().price();
    Money cost = price == null ? null : price(price, usage, reported);
    boolean over = cost != null && cost.compareTo(most) > 0;
    charge(usage, over ? most : cost, why, reported);
  }

  private Money price(Price price, Usage usage, ReportedUsage reported) {
    String own = attempt().target().provider().options().region();
    String said = pricedRegion(price, reported);
    return price.cost(usage, Rate.named(servedTier(reported)), said == null ? own : said);
  }

  /// The tier that served the call: what the provider says, else what the caller named.
  private @Nullable String servedTier(ReportedUsage reported) {
    return reported.serviceTier() == null ? namedTier() : reported.serviceTier();
  }

  /// Where the provider says that it served the call, if the price tells that apart.
  private static @Nullable String pricedRegion(Price price, ReportedUsage reported) {
    String said = reported.region();
    return said != null && price.knowsRegion(said) ? said : null;
  }

  /// @param told the status under which the caller is told of it
  void refused(Refusal refusal, int told) {
    status = told;
    errorCode = refusal.code();
  }

  void callerGone() {
    status = CLIENT_CLOSED;
    errorCode = "client_closed";
  }

  /// What the caller is told that the call cost, attempts before the last one included; null when
  /// usage or price is not known.
  @Nullable Money toldCost() {
    Money last = bill.cost();
    return before.equals(Money.ZERO) ? last : last == null ? before : last.plus(before);
  }

  /// Ends an attempt that has a bill and that another one follows. Its hold is no longer the
  /// call's.
  ///
  /// @param own under which it is kept
  CallRecord endAttempt(CallId own) {
    CallRecord record = record(own, inbound.id());
    before = bill.cost() == null ? before : before.plus(bill.cost());
    bill = CallRecord.Bill.NONE;
    attempt().released();
    return record;
  }

  @Nullable Target target() {
    return attempt == null ? null : attempt.target();
  }

  /// The cap that was written in because the budget did not allow the one asked for, or -1.
  long clampedTo() {
    return attempt == null ? -1 : attempt.clampedTo();
  }

  /// Microseconds from arrival to the first dispatch.
  long overheadMicros() {
    long until = dispatchedNanos == 0 ? System.nanoTime() : dispatchedNanos;
    return (until - inbound.startNanos()) / 1_000;
  }

  /// Keeps what the caller gets, where it is to be kept.
  void keep(byte[] bytes, int offset, int length) {
    if (!capture().keepsContent()) {
      return;
    }
    ByteArrayOutputStream kept = response;
    if (kept == null) {
      kept = new ByteArrayOutputStream();
      response = kept;
    }
    int room = CapturedContent.LONGEST - kept.size();
    kept.write(bytes, offset, Math.min(room, length));
    responseTruncated |= length > room;
  }

  /// Forgets what was kept of the answer: the caller gets something else.
  void forgetAnswer() {
    response = null;
    responseTruncated = false;
  }

  /// Its content is kept already.
  void captured() {
    captured = true;
  }

  /// The request and what was kept of the answer, or null when nothing is to be kept any more.
  ///
  /// @param last what is about to be sent
  @Nullable CapturedContent content(byte[] last) {
    if (captured) {
      return null;
    }
    byte[] request = payload == null ? inbound.body() : payload.body();
    if (!capture().keepsContent() || request == null) {
      return null;
    }
    byte[] all = response == null ? new byte[0] : response.toByteArray();
    int kept = all.length;
    int room = Math.min(CapturedContent.LONGEST - kept, last.length);
    if (room > 0) {
      all = Arrays.copyOf(all, kept + room);
      System.arraycopy(last, 0, all, kept, room);
    }
    return new CapturedContent(
        inbound.id(), tenant, retention(), request, all, responseTruncated || room < last.length);
  }

  /// Whether an attempt went out that nothing has ended yet: it may have been billed.
  boolean isOut() {
    return attempt != null && attempt.isOut();
  }

  /// Whether the call has its record, which settles its hold.
  boolean isRecorded() {
    return recorded;
  }

  /// The record of the whole call.
  CallRecord record() {
    recorded = true;
    return record(inbound.id(), null);
  }

  private CallRecord record(CallId id, @Nullable CallId attemptOf) {
    long now = System.nanoTime();
    Hold hold = hold();
    return new CallRecord(
        id,
        attemptOf,
        tenant,
        known == null ? null : known.key(),
        inbound.endpoint(),
        inbound.startedAt(),
        payload == null ? null : payload.model(),
        served(),
        dispatchedNanos == 0 ? 0 : attempts,
        payload != null && payload.stream(),
        status,
        errorCode,
        bill,
        (now - inbound.startNanos()) / 1_000,
        firstByteNanos == 0 ? -1 : (firstByteNanos - inbound.startNanos()) / 1_000,
        overheadMicros(),
        retention(),
        client(),
        hold,
        hold == null ? inbound.startedAt() : hold.reservedAt(),
        1);
  }

  private CallRecord.@Nullable Served served() {
    Target target = target();
    return target == null
        ? null
        : new CallRecord.Served(
            target.provider().name(), target.deployment().model(), serviceTier, region);
  }

  private Retention retention() {
    return known == null ? Retention.DAYS_30 : known.retention();
  }

  Capture capture() {
    if (known == null) {
      return Capture.METADATA;
    }
    Capture policy =
        book != null && book.settings().capturesAll() ? Capture.REQUIRED : known.capture();
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
        payload.labels().user(),
        payload.labels().metadata());
  }
}
