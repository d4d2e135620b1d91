package dev.tollgate.application.inference;

import dev.tollgate.application.inference.Caller.Head;
import dev.tollgate.application.relay.CallerGone;
import dev.tollgate.application.relay.HoldUsage;
import dev.tollgate.application.relay.Outlet;
import dev.tollgate.application.relay.Relay;
import dev.tollgate.application.relay.Relay.Ending;
import dev.tollgate.application.relay.Stage;
import dev.tollgate.domain.catalog.TopSpeed;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.inference.Uncertainty;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Answers a call with a stream, and settles it however the stream ends: before the last byte of a
/// complete one, by what was seen of a broken one. Used once, by one thread.
final class StreamedAnswer {
  private static final long FEW_TOKENS = 64;

  /// Letters of a token, on the average of any text.
  private static final long MOST_LETTERS = 16;

  private final AdmittedCall call;
  private final Books books;
  private final Estimates estimates;
  private final Caller caller;
  private final EventStream events;
  private final Relay relay;

  /// @param streaming the answer, whose events the creator closes
  StreamedAnswer(
      AdmittedCall call, Delivery delivery, Caller caller, ProviderReply.Streaming streaming) {
    this.call = call;
    this.books = delivery.books();
    this.estimates = delivery.estimates();
    this.caller = caller;
    this.events = streaming.events();
    this.relay =
        new Relay(
            events,
            new CallersEnd(Delivery.head(call, streaming.headers(), null, true)),
            stages(),
            new HoldUsage(call.payload().asked().includeUsage()));
  }

  /// What events pass through on their way: nothing yet.
  private static List<Stage> stages() {
    return List.of();
  }

  /// @param handle tells why the stream was cut
  /// @param speed told how fast a complete stream was
  /// @return the failure, when the stream failed before anything reached the caller and nothing was
  ///   billed, so that the call can go on elsewhere; else null
  ProviderReply.@Nullable Failed run(OpenCalls.Handle handle, LongConsumer speed) {
    switch (relay.run()) {
      case Ending.Complete _ -> complete(speed);
      case Ending.Gone _ -> abandon();
      case Ending.Broken broken -> {
        return broken(broken, handle.reason());
      }
    }
    return null;
  }

  /// The caller's end, which notes what it got and when.
  private final class CallersEnd implements Outlet {
    private final Head head;

    CallersEnd(Head head) {
      this.head = head;
    }

    @Override
    public void begin() {
      caller.begin(head);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      if (!call.isRecorded()) {
        call.firstByte();
        call.transcript().keep(bytes, offset, length);
      }
      caller.write(bytes, offset, length);
    }

    @Override
    public void keepAlive() {
      caller.keepAlive();
    }

    @Override
    public void end() {
      caller.end();
    }

    @Override
    public void watch(Runnable whenGone) {
      caller.watch(whenGone);
    }

    @Override
    public boolean isGone() {
      return caller.isGone();
    }
  }

  private void complete(LongConsumer speed) {
    ReportedUsage reported = events.reported();
    estimates.complete(call.attempt(), reported, isTold(reported) ? "" : events.emittedText());
    speed.accept(TopSpeed.shown(reported.usage().outputTokens(), call.streamedMillis()));
    byte[] last = relay.last(call.toldCost(), true);
    if (!books.capture(call, last)) {
      Refusal refusal = Refusal.captureUnavailable();
      call.refused(refusal, caller.status(refusal));
      books.settle(call);
      tell(refusal);
      return;
    }
    send(books.settle(call) ? last : relay.last(call.toldCost(), false));
  }

  /// Whether the usage is that of the whole stream. Few tokens beside much text were counted at its
  /// beginning.
  private boolean isTold(ReportedUsage reported) {
    if (!events.usageIsFinal() || !reported.hasOutput()) {
      return false;
    }
    long tokens = reported.usage().outputTokens();
    return tokens >= FEW_TOKENS || events.emittedText().length() <= MOST_LETTERS * (tokens + 4);
  }

  private ProviderReply.@Nullable Failed broken(Ending.Broken broken, @Nullable Refusal cut) {
    Failure failure = broken.failure();
    ReportedUsage reported = events.reported();
    boolean gone = caller.isGone();
    if (!relay.hasBegun() && cut == null && !gone && !failure.billed()) {
      return new ProviderReply.Failed(failure, reported);
    }
    if (events.usageIsFinal()) {
      estimates.complete(call.attempt(), reported, "");
    } else if (failure.billed() || cut != null || gone) {
      Uncertainty why =
          cut != null ? Uncertainty.CUT : gone ? Uncertainty.CLIENT_CLOSED : failure.uncertainty();
      estimates.uncertain(call.attempt(), why, reported, events.emittedText());
    }
    if (gone) {
      left();
      return null;
    }
    Refusal refusal = cut == null ? Refusal.of(failure) : cut;
    call.refused(refusal, caller.status(refusal));
    books.settle(call);
    byte[] event = cut == null && failure.mayBeShown() ? broken.event() : null;
    if (event == null) {
      tell(refusal);
    } else {
      send(event);
    }
    return null;
  }

  /// Tells of an error in the middle of a stream, or instead of one.
  private void tell(Refusal refusal) {
    if (relay.hasBegun()) {
      send(caller.errorEvent(refusal, events.origin()));
      return;
    }
    byte[] body = caller.errorBody(refusal);
    keep(body);
    try {
      caller.refuse(refusal, body, call.toldCost());
    } catch (CallerGone e) {
      // Nobody is left to tell; the record says how the stream ended.
    }
  }

  /// Sends the last piece of a call that is settled.
  private void send(byte[] last) {
    keep(last);
    try {
      relay.finish(last);
    } catch (CallerGone e) {
      // Settled all the same; the record says how the stream ended.
    }
  }

  private void keep(byte[] last) {
    call.transcript().keep(last);
    books.file(call);
  }

  /// The caller hung up in the middle. When the answer was complete but for its usage, that is
  /// waited for a moment; else the provider is cut off at once.
  private void abandon() {
    if (!events.usageIsFinal() && events.isFinishing()) {
      relay.awaitUsage();
    }
    events.close();
    if (events.usageIsFinal()) {
      estimates.complete(call.attempt(), events.reported(), "");
    } else {
      estimates.uncertain(
          call.attempt(), Uncertainty.CLIENT_CLOSED, events.reported(), events.emittedText());
    }
    left();
  }

  private void left() {
    call.callerGone();
    books.settle(call);
    books.file(call);
  }
}
