package dev.tollgate.domain.inference;

/// Told of every finished call, and of every attempt that is paid for and followed by another, for
/// metrics. Must be quick and must not throw. Thread-safe.
public interface CallObserver {
  void finished(CallRecord call);
}
