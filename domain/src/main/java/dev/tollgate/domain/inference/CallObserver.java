package dev.tollgate.domain.inference;

/// Told of every finished call, for metrics. Must be quick and must not throw. Thread-safe.
public interface CallObserver {
  void finished(CallRecord call);
}
