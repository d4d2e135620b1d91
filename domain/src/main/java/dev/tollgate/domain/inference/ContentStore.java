package dev.tollgate.domain.inference;

/// Keeps captured content. Written in batches behind a bounded queue. Thread-safe.
public interface ContentStore {
  /// Queues content; waits while the queue is full rather than losing any.
  void put(CapturedContent content);
}
