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

  Books(ServeCall.Ledgers ledgers, ServeCall.Node node) {
    this.journal = ledgers.journal();
    this.refused = ledgers.refused();
    this.ids = ledgers.ids();
    this.contents = node.contents();
    this.observer = node.observer();
  }

  boolean open() {
    return journal.accepting();
  }

  /// Whether the content of a call can be kept, as far as that is required.
  boolean canCapture(OpenCall call) {
    return call.transcript().policy() != Capture.REQUIRED || contents.isWorking();
  }

  /// Commits what the caller has got and is about to get, where that is required.
  ///
  /// @param last what is about to be sent
  /// @return false when it must not be sent
  boolean capture(OpenCall call, byte[] last) {
    Transcript transcript = call.transcript();
    if (transcript.policy() != Capture.REQUIRED) {
      return true;
    }
    CapturedContent content = transcript.content(last);
    if (content != null && !contents.commit(content, CONTENT_PATIENCE)) {
      return false;
    }
    transcript.committed();
    return true;
  }

  /// @return false when the row is not yet durable
  boolean settle(OpenCall call) {
    CallRecord record = call.record();
    boolean committed = journal.commit(record, PATIENCE);
    observer.finished(record);
    return committed;
  }

  /// Posts an attempt that has a bill and that another one follows. Does not wait.
  void pay(AdmittedCall call) {
    CallRecord attempt = call.endAttempt(new CallId(ids.next()));
    if (attempt.isPosted() && attempt.estimated()) {
      journal.offer(attempt);
      observer.finished(attempt);
    }
  }

  /// For calls that cost nothing: the row rides along without being waited for.
  ///
  /// @return whether the call has a row of its own
  boolean note(OpenCall call) {
    CallRecord record = call.record();
    observer.finished(record);
    if (record.isRefused() && call.transcript().policy() != Capture.REQUIRED) {
      return refused.add(record);
    }
    journal.offer(record);
    return true;
  }

  /// Keeps the content of a call behind it, or before its last byte where that is required and the
  /// store works. What was committed before is there already.
  void file(OpenCall call) {
    CapturedContent content = call.transcript().content(new byte[0]);
    if (content == null) {
      return;
    }
    boolean atOnce = call.transcript().policy() == Capture.REQUIRED && contents.isWorking();
    if (!atOnce || !contents.commit(content, CONTENT_PATIENCE)) {
      contents.put(content);
    }
  }
}
