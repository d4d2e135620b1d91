package dev.tollgate.application.inference;

import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallObserver;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ContentStore;
import java.time.Duration;

/// Closes a call in the books: the row is committed before the last byte goes out, content follows.
final class Books {
  /// How long the last byte waits for the commit before the answer is marked as pending.
  static final Duration PATIENCE = Duration.ofMillis(250);

  private final CallJournal journal;
  private final ContentStore contents;
  private final CallObserver observer;

  Books(CallJournal journal, ContentStore contents, CallObserver observer) {
    this.journal = journal;
    this.contents = contents;
    this.observer = observer;
  }

  boolean open() {
    return journal.accepting();
  }

  /// @return false when the row is not yet durable
  boolean settle(Exchange exchange) {
    CallRecord call = exchange.record();
    boolean committed = journal.commit(call, PATIENCE);
    close(exchange, call);
    return committed;
  }

  /// For calls that cost nothing: the row rides along without being waited for.
  void note(Exchange exchange) {
    CallRecord call = exchange.record();
    journal.offer(call);
    close(exchange, call);
  }

  private void close(Exchange exchange, CallRecord call) {
    observer.finished(call);
    CapturedContent content = exchange.content();
    if (content != null) {
      contents.put(content);
    }
  }
}
