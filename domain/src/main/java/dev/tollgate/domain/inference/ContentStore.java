package dev.tollgate.domain.inference;

import java.time.Duration;

/// Keeps captured content. Written in batches behind a bounded queue. Thread-safe.
public interface ContentStore {
  /// Queues content; waits while the queue is full rather than losing any.
  void put(CapturedContent content);

  /// Whether content could be kept a moment ago.
  boolean isWorking();

  /// Keeps content and waits until it is durable.
  ///
  /// @return false when it is not durable within the patience; it is not kept then
  boolean commit(CapturedContent content, Duration patience);
}
