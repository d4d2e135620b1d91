package dev.tollgate.application.inference;

import dev.tollgate.application.inference.Caller.CallerGone;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.EventStream.Item;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.ProviderReply.UsageSite;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Usage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Relays one stream. Events go out as they come; from the event with the final usage on they wait
/// until the call is settled, so that the last byte never reaches a caller before the commit. Used
/// once, by one thread.
final class StreamRelay {
  /// How long a finished stream is read on for its usage when the caller has hung up.
  private static final Duration AFTERMATH = Duration.ofSeconds(2);

  private final Exchange exchange;
  private final Payload payload;
  private final Books books;
  private final Estimates estimates;
  private final Caller caller;
  private final OpenStreams.Handle handle;
  private final List<Item> held = new ArrayList<>(2);

  /// Held by whoever writes to the caller while the provider may be silent.
  private final ReentrantLock writing = new ReentrantLock();

  /// Whether nothing but this thread may write any more. Guarded by the lock.
  private boolean closing;

  StreamRelay(
      Exchange exchange,
      Payload payload,
      Books books,
      Estimates estimates,
      Caller caller,
      OpenStreams.Handle handle) {
    this.exchange = exchange;
    this.payload = payload;
    this.books = books;
    this.estimates = estimates;
    this.caller = caller;
    this.handle = handle;
  }

  void relay(ProviderReply.Streaming streaming, EventStream events) {
    try {
      caller.begin(CompleteChat.head(exchange, streaming.headers(), false));
      events.onSilence(new Company(events));
      pump(events);
    } catch (CallerGone e) {
      abandon(events);
    } finally {
      closing();
    }
  }

  private void pump(EventStream events) {
    while (true) {
      Item item = events.next();
      if (caller.isGone() && !(item instanceof Item.Broken)) {
        abandon(events);
        return;
      }
      switch (item) {
        case Item.Events more -> pass(more);
        case Item.FinalUsage last -> held.add(last);
        case Item.End _ -> {
          finish(events);
          return;
        }
        case Item.Broken broken -> {
          breakOff(broken, events);
          return;
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
    exchange.keep(more.bytes(), more.offset(), more.length());
    if (held.isEmpty()) {
      writing.lock();
      try {
        caller.write(more.bytes(), more.offset(), more.length());
      } finally {
        writing.unlock();
      }
    } else {
      held.add(more);
    }
  }

  private void finish(EventStream events) {
    closing();
    settleUsage(events);
    boolean committed = books.settle(exchange);
    Money cost = exchange.cost();
    try {
      byte[] last = last(cost, committed);
      caller.write(last, 0, last.length);
      caller.end();
    } catch (CallerGone e) {
      // Settled all the same: the stream was complete.
    }
  }

  /// What was held back, in one piece.
  private byte[] last(@Nullable Money cost, boolean committed) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1_024);
    for (Item item : held) {
      switch (item) {
        case Item.FinalUsage usage -> writeUsage(usage, cost, committed, out);
        case Item.Events more -> out.write(more.bytes(), more.offset(), more.length());
        default -> throw new IllegalStateException("not an item to be held: " + item);
      }
    }
    return out.toByteArray();
  }

  private void writeUsage(
      Item.FinalUsage last, @Nullable Money cost, boolean committed, ByteArrayOutputStream out) {
    exchange.keep(last.bytes(), 0, last.bytes().length);
    if (last.usageOnly() && !payload.includeUsage()) {
      return;
    }
    UsageSite site = last.site();
    StringBuilder members = new StringBuilder(64);
    int from = 0;
    if (cost != null && site.costFrom() >= 0) {
      out.write(last.bytes(), 0, site.costFrom());
      out.writeBytes(('"' + cost.usd() + '"').getBytes(StandardCharsets.US_ASCII));
      from = site.costTo();
    } else if (cost != null) {
      members.append(",\"cost\":\"").append(cost.usd()).append('"');
    }
    if (!committed) {
      members.append(",\"settlement\":\"pending\"");
    }
    int skipComma = site.empty() && !members.isEmpty() ? 1 : 0;
    out.write(last.bytes(), from, site.closingBrace() - from);
    out.writeBytes(members.substring(skipComma).getBytes(StandardCharsets.US_ASCII));
    out.write(last.bytes(), site.closingBrace(), last.bytes().length - site.closingBrace());
  }

  private void breakOff(Item.Broken broken, EventStream events) {
    closing();
    settleUsage(events);
    if (caller.isGone()) {
      exchange.callerGone();
      books.settle(exchange);
      return;
    }
    Refusal cut = handle.reason();
    Refusal refusal = cut == null ? Refusal.of(broken.failure()) : cut;
    exchange.refused(refusal);
    books.settle(exchange);
    try {
      byte[] event = broken.event();
      if (event == null || cut != null) {
        caller.breakOff(refusal);
      } else {
        caller.write(event, 0, event.length);
        caller.end();
      }
    } catch (CallerGone e) {
      // Nobody is left to tell; the record says how the stream ended.
    }
  }

  /// The caller hung up in the middle. When the answer was complete but for its usage, that is
  /// waited for a moment; else the provider is cut off at once.
  private void abandon(EventStream events) {
    closing();
    if (events.usage() == null && events.isFinishing()) {
      awaitUsage(events);
    }
    events.close();
    settleUsage(events);
    exchange.callerGone();
    books.settle(exchange);
  }

  private static void awaitUsage(EventStream events) {
    events.hurry(AFTERMATH);
    while (events.next() instanceof Item.Events) {
      // Nobody is left to whom it could be passed on.
    }
  }

  private void settleUsage(EventStream events) {
    Usage reported = events.usage();
    if (reported != null && events.usageIsFinal()) {
      exchange.served(reported, events.serviceTier());
    } else {
      exchange.servedEstimate(
          estimates.of(exchange, payload, reported, events.emittedText()), events.serviceTier());
    }
  }
}
