package dev.tollgate.domain.stores;

/// The store behind a port cannot answer now; nothing is known about whether the change was made.
/// Callers answer 503 with Retry-After.
public final class StoreUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreUnavailable(String message, Throwable cause) {
    super(message, cause);
  }
}
