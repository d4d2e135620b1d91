package dev.tollgate.domain.inference;

import java.time.Duration;

/// Keeps captured content. Written in batches behind a bounded queue. Thread-safe.
public interface ContentStore {
  /// Queues content. While the queue is full it waits a few seconds, or not at all if the store
  /// does not work; what finds no room is counted as lost.
  void put(CapturedContent content);

  /// Whether content could be kept a moment ago.
  boolean isWorking();

  /// Keeps content and waits until it is durable.
  ///
  /// @return false when it is not durable within the patience; it is not kept then
  boolean commit(CapturedContent content, Duration patience);
}
