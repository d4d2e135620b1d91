package dev.tollgate.dialects.sse;

import dev.tollgate.dialects.answer.AnswerReader;
import dev.tollgate.dialects.answer.Answers;
import dev.tollgate.dialects.answer.ErrorFields;
import dev.tollgate.dialects.answer.FailureTable.Where;
import dev.tollgate.dialects.answer.JsonStrings;
import dev.tollgate.dialects.answer.UsageSite;
import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ReportedUsage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// A provider's answer as whole server-sent events. Whatever has arrived goes out together; only an
/// event that reports the final usage, an error or the end is looked at on its own.
public final class SseEventStream implements EventStream {
  /// The most that one event may hold; a longer one breaks the stream.
  private static final int LONGEST_EVENT = 16 << 20;

  private static final Duration DRAIN = Duration.ofMillis(20);
  private static final byte[] NOTHING = {};
  private static final byte[] BLANK_LINE = {'\n', '\n'};

  private final EventRules rules;
  private final UpstreamResponse response;
  private final Answers answers;
  private final EventScan scan;
  private final AnswerReader reader;
  private final Deque<Item> ready = new ArrayDeque<>(4);

  /// What was read of an event that is not complete: the bytes from `from` to `to`. It was looked
  /// through up to `searched`, so that a long event is not looked through again with every piece.
  private byte[] bytes = NOTHING;

  private int from;
  private int to;
  private int searched;
  private boolean usageIsFinal;

  /// Usage of which it is not known yet whether anything follows it.
  private Item.@Nullable FinalUsage early;

  private boolean ended;
  private boolean drained;

  /// @param choices how many answers were asked for, each with a finish of its own
  /// @param answers what errors in it mean
  public SseEventStream(Answers answers, EventRules rules, int choices, UpstreamResponse response) {
    this.rules = rules;
    this.response = response;
    this.answers = answers;
    this.scan = new EventScan(rules.textKeys(), choices);
    this.reader = new AnswerReader(answers.rules());
  }

  @Override
  public Item next() {
    while (true) {
      Item item = ready.poll();
      if (item != null) {
        return item;
      }
      if (ended) {
        return new Item.End();
      }
      try {
        byte[] more = response.read();
        if (more == null) {
          return closed();
        }
        split(more);
      } catch (UpstreamFailure e) {
        return new Item.Broken(e.failure(), null);
      }
    }
  }

  @Override
  public void onSilence(Silence silence) {
    response.onSilence(silence);
  }

  @Override
  public void hurry(Duration most) {
    response.hurry(most);
  }

  @Override
  public ReportedUsage reported() {
    return reader.reported();
  }

  @Override
  public boolean usageIsFinal() {
    return usageIsFinal;
  }

  @Override
  public boolean isFinishing() {
    return scan.finishing();
  }

  @Override
  public @Nullable Origin origin() {
    String id = reader.id();
    return id == null ? null : new Origin(id, scan.sequence());
  }

  @Override
  public String emittedText() {
    return JsonStrings.unescape(scan.text());
  }

  @Override
  public void close() {
    if (ended && !drained) {
      drain();
    }
    response.close();
  }

  /// Reads the end of the framing that follows the last event, so that the connection can be kept.
  private void drain() {
    drained = true;
    try {
      response.hurry(DRAIN);
      while (response.read() != null) {
        // Whatever it is, it is not passed on.
      }
    } catch (UpstreamFailure e) {
      // The answer is complete; only the connection is lost.
    }
  }

  private void split(byte[] more) {
    append(more);
    if (searched > from && !EventScan.mayEnd(bytes, from, searched, to)) {
      searched = to;
      checkLength();
      return;
    }
    int plainFrom = from;
    while (from < to && !ended) {
      int end = scan.scan(bytes, from, to);
      if (end < 0) {
        break;
      }
      if (early != null) {
        decide(early, EventData.of(bytes, from, end));
      }
      if (scan.closeLook()) {
        Item special = look(bytes, from, end);
        if (special != null || early != null) {
          plain(bytes, plainFrom, from);
          plainFrom = end;
        }
        if (special != null) {
          ready.add(special);
        }
      }
      from = end;
    }
    plain(bytes, plainFrom, from);
    if (from > 0 && from < to) {
      // The receiver of complete events must not see them change.
      bytes = Arrays.copyOfRange(bytes, from, to);
      to -= from;
      from = 0;
    }
    searched = to;
    checkLength();
  }

  private void append(byte[] more) {
    int length = to - from;
    if (length == 0) {
      bytes = more;
      from = 0;
      to = more.length;
      searched = 0;
      return;
    }
    if (to + more.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(to + more.length, bytes.length * 2));
    }
    System.arraycopy(more, 0, bytes, to, more.length);
    to += more.length;
  }

  private void checkLength() {
    if (to - from > LONGEST_EVENT) {
      throw new UpstreamFailure(
          Failure.Kind.BROKEN, "The provider sent an event of more than 16 MiB.");
    }
  }

  private void plain(byte[] bytes, int from, int to) {
    if (to > from) {
      ready.add(new Item.Events(bytes, from, to - from));
    }
  }

  /// Parses one event. Returns an item when it must be handled on its own, else null.
  private @Nullable Item look(byte[] bytes, int from, int end) {
    EventData data = EventData.of(bytes, from, end);
    if (data.isDone()) {
      ended = true;
      return null;
    }
    if (!reader.read(data.bytes(), data.offset(), data.length())) {
      return null;
    }
    ErrorFields error = Answers.within(reader, !scan.errorEvent());
    if (error != null || "error".equals(reader.type())) {
      Where where =
          scan.hasText() || reader.reported().hasOutput() && !rules.reportsOutputEarly()
              ? Where.STREAM_AFTER_OUTPUT
              : Where.STREAM_BEFORE_OUTPUT;
      usageIsFinal |= rules.isEnd(reader) && reader.reported().hasOutput();
      return new Item.Broken(answers.failure(0, null, error, where), relayable(bytes, from, end));
    }
    ended |= rules.isEnd(reader);
    UsageSite site = reader.site();
    if (site == null || !rules.isLastUsage(reader, scan.finishing())) {
      return null;
    }
    if (data.isCopy()) {
      usageIsFinal = true;
      return null;
    }
    boolean usageOnly = rules.usageStandsAlone() && reader.choicesEmpty();
    byte[] event = Arrays.copyOfRange(bytes, from, end);
    Item.FinalUsage usage =
        new Item.FinalUsage(new UsageSplice(event, site.movedBy(data.offset() - from)), usageOnly);
    if (rules.usageStandsAlone() && !scan.finishing()) {
      early = usage;
      return null;
    }
    usageIsFinal = true;
    return usage;
  }

  /// Usage of a stream that has not said that it is done is its last if nothing but the end
  /// follows. If the stream goes on, the usage is an event like any other.
  private void decide(Item.FinalUsage usage, EventData next) {
    if (next.length() > 0) {
      decide(usage, next.isDone());
    }
  }

  private void decide(Item.FinalUsage usage, boolean isLast) {
    early = null;
    usageIsFinal |= isLast;
    byte[] event = usage.event().bytes();
    ready.add(isLast ? usage : new Item.Events(event, 0, event.length));
  }

  /// The provider's own error event, or null when it repeats the credential.
  private byte @Nullable [] relayable(byte[] bytes, int from, int end) {
    String text = new String(bytes, from, end - from, StandardCharsets.UTF_8);
    return answers.scrub(text).equals(text) ? Arrays.copyOfRange(bytes, from, end) : null;
  }

  /// The body ended. That is proper only when the model had said that it is done.
  private Item closed() {
    completeRest();
    if (early != null) {
      decide(early, true);
    }
    drained = true;
    boolean done =
        ended || rules.usageStandsAlone() && (usageIsFinal || scan.finishing()) && from == to;
    ended = true;
    if (!done) {
      ready.add(broken("The provider's stream ended early."));
    }
    Item item = ready.poll();
    return item == null ? new Item.End() : item;
  }

  private static Item broken(String message) {
    return new Item.Broken(Failure.of(Failure.Kind.BROKEN, message), null);
  }

  /// The last event may lack its blank line. Half an event is not passed on.
  private void completeRest() {
    if (from == to) {
      return;
    }
    EventData data = EventData.of(bytes, from, to);
    if (data.isDone()
        || new AnswerReader(answers.rules()).read(data.bytes(), data.offset(), data.length())) {
      split(BLANK_LINE);
      from = to;
    }
  }
}
