package dev.tollgate.application.inference;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Details;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.money.Money;
import java.time.Instant;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A call that has no record yet. It ends in exactly one, whatever becomes of it. Used by one
/// thread.
sealed class OpenCall permits AdmittedCall {
  private static final int OK = 200;

  /// What is noted when the caller hung up; it never sees a status. The number is nginx's.
  private static final int CLIENT_CLOSED = 499;

  private final Call call;
  private final TenantId tenant;
  private final Transcript transcript;
  private int status = OK;
  private @Nullable String errorCode;
  private boolean recorded;

  /// @param tenant the key's, or the home tenant
  /// @param capture what is kept of its content
  OpenCall(Call call, TenantId tenant, Capture capture) {
    this.call = call;
    this.tenant = tenant;
    this.transcript = new Transcript(call, tenant, capture);
  }

  final Inbound inbound() {
    return call.inbound();
  }

  final Transcript transcript() {
    return transcript;
  }

  /// @param told the status under which the caller is told of it
  final void refused(Refusal refusal, int told) {
    status = told;
    errorCode = refusal.code();
  }

  final void callerGone() {
    status = CLIENT_CLOSED;
    errorCode = "client_closed";
  }

  /// Whether the call has its record, which settles its hold.
  final boolean isRecorded() {
    return recorded;
  }

  /// The record of the whole call.
  final CallRecord record() {
    CallRecord record = record(inbound().id(), null);
    recorded = true;
    return record;
  }

  /// @param id under which it is kept
  /// @param attemptOf the call, of an attempt that has a record of its own
  final CallRecord record(CallId id, @Nullable CallId attemptOf) {
    Hold hold = hold();
    Instant startedAt = inbound().start().at();
    return new CallRecord(
        id,
        attemptOf,
        new CallRecord.Who(tenant, key(), client()),
        new CallRecord.Course(
            asked(),
            served(),
            new CallRecord.Outcome(attemptsSent(), status, errorCode),
            new CallRecord.Timing(
                startedAt, microsUntil(System.nanoTime()), firstTokenMicros(), overheadMicros())),
        bill(),
        new CallRecord.Posting(
            hold, hold == null ? startedAt : hold.reservedAt(), call.retention(), 1, rare()));
  }

  /// Microseconds from its arrival.
  final long microsUntil(long nanos) {
    return (nanos - inbound().start().nanos()) / 1_000;
  }

  private @Nullable VirtualKey key() {
    KnownKey holder = call.holder();
    return holder == null ? null : holder.key();
  }

  private ClientInfo client() {
    if (transcript.policy() == Capture.NONE) {
      return ClientInfo.UNKNOWN;
    }
    return call instanceof Call.Asked asked ? asked.client() : inbound().client();
  }

  private CallRecord.Asked asked() {
    return call instanceof Call.Asked asked
        ? new CallRecord.Asked(call.endpoint(), asked.payload().model(), asked.payload().stream())
        : new CallRecord.Asked(call.endpoint(), null, false);
  }

  /// What the caller is told that the call cost, attempts before the last one included; null when
  /// usage or price is not known.
  @Nullable Money toldCost() {
    return null;
  }

  /// Microseconds from arrival to the first dispatch, or until now.
  long overheadMicros() {
    return microsUntil(System.nanoTime());
  }

  CallRecord.@Nullable Served served() {
    return null;
  }

  /// Attempts, where any went out.
  int attemptsSent() {
    return 0;
  }

  OptionalLong firstTokenMicros() {
    return OptionalLong.empty();
  }

  CallRecord.Bill bill() {
    return CallRecord.Bill.NONE;
  }

  /// The hold that its record settles, or null.
  @Nullable Hold hold() {
    return null;
  }

  Details rare() {
    return Details.NONE;
  }
}
