package dev.tollgate.application.inference;

import dev.tollgate.application.inference.Caller.Charge;
import dev.tollgate.application.inference.Caller.Head;
import dev.tollgate.application.relay.CallerGone;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.money.Money;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Ends a call that is not streamed: writes its bill, closes it in the books, tells its caller. In
/// this order, so that what a caller was told is settled. Thread-safe.
final class Delivery {
  private final Books books;
  private final Estimates estimates;

  Delivery(Books books, Estimates estimates) {
    this.books = books;
    this.estimates = estimates;
  }

  Books books() {
    return books;
  }

  Estimates estimates() {
    return estimates;
  }

  /// A whole answer.
  void deliver(ProviderReply.Answer answer, AdmittedCall call, Caller caller) {
    estimates.complete(call.attempt(), answer.reported(), answer.text());
    boolean gone = caller.isGone();
    if (gone) {
      call.callerGone();
    } else if (!books.capture(call, answer.body())) {
      refuseSettled(call, Refusal.captureUnavailable(), caller);
      return;
    }
    boolean committed = books.settle(call);
    call.transcript().keep(answer.body());
    books.file(call);
    try {
      if (!gone) {
        caller.answer(
            head(call, answer.headers(), call.toldCost(), committed),
            answer.contentType(),
            answer.body());
      }
    } catch (CallerGone e) {
      // Settled all the same: the provider has answered and will bill for it.
    }
  }

  /// The failure of the last attempt.
  void fail(ProviderReply.Failed failed, AdmittedCall call, Caller caller) {
    Failure failure = failed.failure();
    boolean gone = caller.isGone();
    if (failed.reported().hasOutput()) {
      estimates.complete(call.attempt(), failed.reported(), "");
    } else if (failure.billed()) {
      Uncertainty why = gone ? Uncertainty.CLIENT_CLOSED : failure.uncertainty();
      estimates.uncertain(call.attempt(), why, failed.reported(), "");
    }
    if (gone) {
      call.callerGone();
      books.settle(call);
      books.file(call);
    } else if (failure.billed()) {
      refuseSettled(call, Refusal.of(failure), caller);
    } else {
      refuse(call, Refusal.of(failure), caller);
    }
  }

  /// A call that costs nothing.
  void refuse(OpenCall call, Refusal refusal, Caller caller) {
    call.refused(refusal, caller.status(refusal));
    boolean row = books.note(call);
    tell(call, refusal, caller, row);
  }

  /// A failure that is charged.
  private void refuseSettled(OpenCall call, Refusal refusal, Caller caller) {
    call.refused(refusal, caller.status(refusal));
    books.settle(call);
    tell(call, refusal, caller, true);
  }

  /// @param row whether the call has a row, under which its content is kept
  private void tell(OpenCall call, Refusal refusal, Caller caller, boolean row) {
    byte[] body = caller.errorBody(refusal);
    if (row) {
      call.transcript().forgetAnswer();
      call.transcript().keep(body);
      books.file(call);
    }
    try {
      caller.refuse(refusal, body, call.toldCost());
    } catch (CallerGone e) {
      // Nobody is left to tell; the record says how the call ended.
    }
  }

  /// The caller left before anything was sent for it.
  void left(AdmittedCall call) {
    call.callerGone();
    if (books.note(call)) {
      books.file(call);
    }
  }

  /// Whatever went wrong in between, the call has its record, and no hold stays behind: the
  /// provider may have worked.
  void settleWhatIsLeft(OpenCall call, Caller caller) {
    if (call.isRecorded()) {
      return;
    }
    if (call instanceof AdmittedCall admitted && admitted.isOut()) {
      estimates.uncertain(admitted.attempt(), Uncertainty.INTERNAL, ReportedUsage.NOTHING, "");
    }
    Refusal refusal = Refusal.internal();
    call.refused(refusal, caller.status(refusal));
    books.settle(call);
  }

  /// @param passed the provider's headers that go on
  /// @param cost what the whole call costs, or null when that is not known yet
  /// @param committed whether the call is settled
  static Head head(
      AdmittedCall call, List<HeaderField> passed, @Nullable Money cost, boolean committed) {
    Target target = call.attempt().target();
    return new Head(
        target.deployment().model(),
        target.provider().name(),
        call.overheadMicros(),
        new Charge(cost, !committed, call.remaining(), call.attempt().clampedTo()),
        passed);
  }
}
