package dev.tollgate.application.inference;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.Detail;
import dev.tollgate.domain.inference.Details;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.money.Money;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A call that is understood and judged by the budgets of its tenant: it makes attempts. Used by
/// one thread.
final class AdmittedCall extends OpenCall {
  private final Call.Asked call;
  private final BudgetBook book;
  private @Nullable Attempt attempt;
  private int sent;
  private Money paidBefore = Money.ZERO;
  private boolean unheld;
  private long dispatchedNanos;
  private long firstByteNanos;

  /// @param book the budgets that it is judged by
  AdmittedCall(Call.Asked call, BudgetBook book) {
    super(call, tenant(call), capture(call, book));
    this.call = call;
    this.book = book;
  }

  private static TenantId tenant(Call.Asked call) {
    return call.holder().key().tenant();
  }

  /// The tenant may require that all is kept.
  static Capture capture(Call call, BudgetBook book) {
    return book.settings().capturesAll() ? Capture.REQUIRED : call.capture();
  }

  Call.Asked call() {
    return call;
  }

  Payload payload() {
    return call.payload();
  }

  VirtualKey key() {
    return call.holder().key();
  }

  BudgetBook book() {
    return book;
  }

  /// The next attempt begins.
  Attempt begins(Attempt.Plan plan) {
    Attempt next = new Attempt(call, sent + 1, plan);
    attempt = next;
    return next;
  }

  /// The attempt that began last is not sent after all.
  ///
  /// @param before the one that was sent last
  void takesBack(Attempt before) {
    attempt = before;
  }

  /// The current attempt.
  Attempt attempt() {
    return Objects.requireNonNull(attempt, "no attempt has begun");
  }

  /// The attempt goes out now.
  void dispatched() {
    long now = System.nanoTime();
    attempt().dispatched(now);
    sent++;
    if (dispatchedNanos == 0) {
      dispatchedNanos = now;
    }
  }

  /// Whether an attempt went out that nothing has ended yet: it may have been billed.
  boolean isOut() {
    return attempt != null && attempt.isOut();
  }

  /// It goes out without a hold.
  void runsUnheld() {
    unheld = true;
  }

  boolean isUnheld() {
    return unheld;
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

  /// Ends an attempt that has a bill and that another one follows. Its hold is no longer the
  /// call's.
  ///
  /// @param own under which it is kept
  CallRecord endAttempt(CallId own) {
    CallRecord record = record(own, inbound().id());
    Money cost = attempt().bill().cost();
    paidBefore = cost == null ? paidBefore : paidBefore.plus(cost);
    attempt().paid();
    return record;
  }

  /// What is left of the caller's own budgets once the call is settled, or null when there is none
  /// with a limit.
  @Nullable Money remaining() {
    return attempt == null ? null : attempt.remaining(book);
  }

  @Override
  @Nullable Money toldCost() {
    Money last = bill().cost();
    return paidBefore.equals(Money.ZERO) ? last : last == null ? paidBefore : paidBefore.plus(last);
  }

  @Override
  long overheadMicros() {
    return dispatchedNanos == 0 ? super.overheadMicros() : microsUntil(dispatchedNanos);
  }

  @Override
  CallRecord.@Nullable Served served() {
    return attempt == null ? null : attempt.served();
  }

  @Override
  int attemptsSent() {
    return sent;
  }

  @Override
  OptionalLong firstTokenMicros() {
    return firstByteNanos == 0
        ? OptionalLong.empty()
        : OptionalLong.of(microsUntil(firstByteNanos));
  }

  @Override
  CallRecord.Bill bill() {
    return attempt == null ? CallRecord.Bill.NONE : attempt.bill();
  }

  @Override
  @Nullable Hold hold() {
    return attempt == null ? null : attempt.hold();
  }

  @Override
  Details rare() {
    OptionalLong clamped = attempt == null ? OptionalLong.empty() : attempt.clampedTo();
    return clamped.isPresent()
        ? Details.NONE.with(Detail.CLAMPED_TO, clamped.getAsLong())
        : Details.NONE;
  }
}
