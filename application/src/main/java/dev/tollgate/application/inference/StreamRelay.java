package dev.tollgate.application.inference;

import dev.tollgate.application.inference.Caller.CallerGone;
import dev.tollgate.domain.catalog.TopSpeed;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.EventStream.Item;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.money.Money;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// Relays one stream. Events go out as they come; from the event with the final usage on they wait
/// until the call is settled, so that the last byte never reaches a caller before the commit. Used
/// once, by one thread.
final class StreamRelay {
  private static final long FEW_TOKENS = 64;

  /// Letters of a token, on the average of any text.
  private static final long MOST_LETTERS = 16;

  /// How long a finished stream is read on for its usage when the caller has hung up.
  private static final Duration AFTERMATH = Duration.ofSeconds(2);

  private final Exchange exchange;
  private final Books books;
  private final Estimates estimates;
  private final Caller caller;
  private final OpenCalls.Handle handle;
  private final LongConsumer speed;
  private final List<Item> held = new ArrayList<>(2);

  /// Held by whoever writes to the caller while the provider may be silent.
  private final ReentrantLock writing = new ReentrantLock();

  /// Whether nothing but this thread may write any more. Guarded by the lock.
  private boolean closing;

  /// The head, until it is sent. Guarded by the lock.
  private Caller.@Nullable Head head;

  /// @param speed told how fast a complete stream was
  StreamRelay(
      Exchange exchange,
      CompleteChat.Closing closing,
      Caller caller,
      OpenCalls.Handle handle,
      LongConsumer speed) {
    this.exchange = exchange;
    this.books = closing.books();
    this.estimates = closing.estimates();
    this.caller = caller;
    this.handle = handle;
    this.speed = speed;
  }

  /// @return the failure, when the stream failed before anything reached the caller and nothing was
  ///   billed, so that the call can go on elsewhere; else null
  ProviderReply.@Nullable Failed relay(ProviderReply.Streaming streaming, EventStream events) {
    head = CompleteChat.head(exchange, streaming.headers(), false, null);
    try {
      events.onSilence(new Company(events));
      return pump(events);
    } catch (CallerGone e) {
      abandon(events);
      return null;
    } finally {
      closing();
    }
  }

  private ProviderReply.@Nullable Failed pump(EventStream events) {
    while (true) {
      Item item = events.next();
      if (caller.isGone() && !(item instanceof Item.Broken)) {
        abandon(events);
        return null;
      }
      switch (item) {
        case Item.Events more -> pass(more);
        case Item.FinalUsage last -> held.add(last);
        case Item.End _ -> {
          finish(events);
          return null;
        }
        case Item.Broken broken -> {
          return breakOff(broken, events);
        }
      }
    }
  }

  /// Keeps a caller company while the provider is silent.
  private final class Company implements ModelProvider.Silence {
    private final EventStream events;
    private boolean watched;

    Company(EventStream events) {
      this.events = events;
    }

    @Override
    public void begins(Runnable abort) {
      if (!watched) {
        watched = true;
        caller.watch(() -> gone(abort));
      }
    }

    @Override
    public void lasts() {
      Thread.ofVirtual().name("keep-alive").start(this::keepAlive);
    }

    private void keepAlive() {
      writing.lock();
      try {
        if (!closing) {
          begin();
          caller.keepAlive();
        }
      } catch (CallerGone e) {
        gone(events::close);
      } finally {
        writing.unlock();
      }
    }

    /// A caller who hangs up breaks the stream off, unless the model is done and only its usage can
    /// still follow.
    private void gone(Runnable abort) {
      if (events.isFinishing()) {
        events.hurry(AFTERMATH);
      } else {
        abort.run();
      }
    }
  }

  /// Sends the head, if that was not done yet. Holds the lock, or nobody else writes.
  private void begin() {
    Caller.Head first = head;
    if (first != null) {
      head = null;
      caller.begin(first);
    }
  }

  /// From here on only this thread writes.
  private void closing() {
    writing.lock();
    try {
      closing = true;
    } finally {
      writing.unlock();
    }
  }

  private void pass(Item.Events more) {
    exchange.firstByte();
    if (!held.isEmpty()) {
      held.add(more);
      return;
    }
    exchange.keep(more.bytes(), more.offset(), more.length());
    writing.lock();
    try {
      begin();
      caller.write(more.bytes(), more.offset(), more.length());
    } finally {
      writing.unlock();
    }
  }

  private void finish(EventStream events) {
    closing();
    ReportedUsage reported = events.reported();
    estimates.complete(exchange, reported, isTold(events, reported) ? "" : events.emittedText());
    speed.accept(TopSpeed.shown(reported.usage().outputTokens(), exchange.streamedMillis()));
    byte[] last = last(exchange.toldCost(), true);
    if (!books.capture(exchange, last)) {
      Refusal refusal = Refusal.captureUnavailable();
      exchange.refused(refusal, caller.status(refusal));
      books.settle(exchange);
      tell(refusal, events);
      return;
    }
    byte[] sent = books.settle(exchange) ? last : last(exchange.toldCost(), false);
    exchange.keep(sent, 0, sent.length);
    books.file(exchange);
    try {
      begin();
      caller.write(sent, 0, sent.length);
      caller.end();
    } catch (CallerGone e) {
      // Settled all the same: the stream was complete.
    }
  }

  /// Whether the usage is that of the whole stream. Few tokens beside much text were counted at its
  /// beginning.
  private static boolean isTold(EventStream events, ReportedUsage reported) {
    if (!events.usageIsFinal() || !reported.hasOutput()) {
      return false;
    }
    long tokens = reported.usage().outputTokens();
    return tokens >= FEW_TOKENS || events.emittedText().length() <= MOST_LETTERS * (tokens + 4);
  }

  /// What was held back, in one piece.
  private byte[] last(@Nullable Money cost, boolean committed) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1_024);
    for (Item item : held) {
      switch (item) {
        case Item.FinalUsage usage -> {
          if (!usage.usageOnly() || exchange.payload().asked().includeUsage()) {
            out.writeBytes(usage.event().settled(cost, committed));
          }
        }
        case Item.Events more -> out.write(more.bytes(), more.offset(), more.length());
        default -> throw new IllegalStateException("not an item to be held: " + item);
      }
    }
    return out.toByteArray();
  }

  private ProviderReply.@Nullable Failed breakOff(Item.Broken broken, EventStream events) {
    closing();
    Failure failure = broken.failure();
    ReportedUsage reported = events.reported();
    Refusal cut = handle.reason();
    boolean gone = caller.isGone();
    if (head != null && cut == null && !gone && !failure.billed()) {
      return new ProviderReply.Failed(failure, reported);
    }
    if (events.usageIsFinal()) {
      estimates.complete(exchange, reported, "");
    } else if (failure.billed() || cut != null || gone) {
      Uncertainty why =
          cut != null ? Uncertainty.CUT : gone ? Uncertainty.CLIENT_CLOSED : failure.uncertainty();
      estimates.uncertain(exchange, why, reported, events.emittedText());
    }
    if (gone) {
      exchange.callerGone();
      books.settle(exchange);
      books.file(exchange);
      return null;
    }
    Refusal refusal = cut == null ? Refusal.of(failure) : cut;
    exchange.refused(refusal, caller.status(refusal));
    books.settle(exchange);
    byte[] event = cut == null && failure.mayBeShown() ? broken.event() : null;
    if (event == null) {
      tell(refusal, events);
    } else {
      pass(event);
    }
    return null;
  }

  /// Tells of an error in the middle of a stream, or instead of one.
  private void tell(Refusal refusal, EventStream events) {
    try {
      byte[] sent =
          head == null ? caller.errorEvent(refusal, events.origin()) : caller.errorBody(refusal);
      exchange.keep(sent, 0, sent.length);
      books.file(exchange);
      if (head != null) {
        caller.refuse(refusal, sent, exchange.toldCost());
      } else {
        caller.write(sent, 0, sent.length);
        caller.end();
      }
    } catch (CallerGone e) {
      // Nobody is left to tell; the record says how the stream ended.
    }
  }

  /// Passes the provider's own error on.
  private void pass(byte[] event) {
    exchange.keep(event, 0, event.length);
    books.file(exchange);
    try {
      begin();
      caller.write(event, 0, event.length);
      caller.end();
    } catch (CallerGone e) {
      // Nobody is left to tell; the record says how the stream ended.
    }
  }

  /// The caller hung up in the middle. When the answer was complete but for its usage, that is
  /// waited for a moment; else the provider is cut off at once.
  private void abandon(EventStream events) {
    closing();
    if (!events.usageIsFinal() && events.isFinishing()) {
      awaitUsage(events);
    }
    events.close();
    if (events.usageIsFinal()) {
      estimates.complete(exchange, events.reported(), "");
    } else {
      estimates.uncertain(
          exchange, Uncertainty.CLIENT_CLOSED, events.reported(), events.emittedText());
    }
    exchange.callerGone();
    books.settle(exchange);
    books.file(exchange);
  }

  private static void awaitUsage(EventStream events) {
    events.hurry(AFTERMATH);
    while (events.next() instanceof Item.Events) {
      // Nobody is left to whom it could be passed on.
    }
  }
}
