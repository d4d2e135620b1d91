package dev.tollgate.application.inference;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallObserver;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ContentStore;
import java.time.Duration;

/// Closes a call in the books: the row is committed before the last byte goes out. Content follows
/// behind it, or is committed before it where that is required.
final class Books {
  /// How long the last byte waits for the commit before the answer is marked as pending.
  static final Duration PATIENCE = Duration.ofMillis(250);

  /// How long the last byte waits for content that must be kept.
  private static final Duration CONTENT_PATIENCE = Duration.ofSeconds(5);

  private final CallJournal journal;
  private final RefusedCalls refused;
  private final Ids ids;
  private final ContentStore contents;
  private final CallObserver observer;

  Books(
      CallJournal journal,
      RefusedCalls refused,
      Ids ids,
      ContentStore contents,
      CallObserver observer) {
    this.refused = refused;
    this.journal = journal;
    this.ids = ids;
    this.contents = contents;
    this.observer = observer;
  }

  boolean open() {
    return journal.accepting();
  }

  /// Whether the content of a call can be kept, as far as that is required.
  boolean canCapture(Exchange exchange) {
    return exchange.capture() != Capture.REQUIRED || contents.isWorking();
  }

  /// Commits what the caller has got and is about to get, where that is required.
  ///
  /// @param last what is about to be sent
  /// @return false when it must not be sent
  boolean capture(Exchange exchange, byte[] last) {
    if (exchange.capture() != Capture.REQUIRED) {
      return true;
    }
    CapturedContent content = exchange.content(last);
    if (content != null && !contents.commit(content, CONTENT_PATIENCE)) {
      return false;
    }
    exchange.captured();
    return true;
  }

  /// @return false when the row is not yet durable
  boolean settle(Exchange exchange) {
    CallRecord call = exchange.record();
    boolean committed = journal.commit(call, PATIENCE);
    observer.finished(call);
    return committed;
  }

  /// Posts an attempt that has a bill and that another one follows. Does not wait.
  void pay(Exchange exchange) {
    CallRecord attempt = exchange.endAttempt(new CallId(ids.next()));
    if (attempt.isPosted() && attempt.estimated()) {
      journal.offer(attempt);
      observer.finished(attempt);
    }
  }

  /// For calls that cost nothing: the row rides along without being waited for.
  ///
  /// @return whether the call has a row of its own
  boolean note(Exchange exchange) {
    CallRecord call = exchange.record();
    observer.finished(call);
    if (call.isRefused() && exchange.capture() != Capture.REQUIRED) {
      return refused.add(call);
    }
    journal.offer(call);
    return true;
  }

  /// Keeps the content of a call behind it, or before its last byte where that is required and the
  /// store works. What was committed before is there already.
  void file(Exchange exchange) {
    CapturedContent content = exchange.content(new byte[0]);
    if (content == null) {
      return;
    }
    boolean atOnce = exchange.capture() == Capture.REQUIRED && contents.isWorking();
    if (!atOnce || !contents.commit(content, CONTENT_PATIENCE)) {
      contents.put(content);
    }
  }
}
