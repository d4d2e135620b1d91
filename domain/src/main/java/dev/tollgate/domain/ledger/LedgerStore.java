package dev.tollgate.domain.ledger;

/// The authority. Used by the one writer of a node, from one thread.
public interface LedgerStore {
  /// Begins a session; its batches are numbered from 1.
  ///
  /// @throws dev.tollgate.domain.tenancy.StoreUnavailable when the store does not answer
  long openSession();

  /// Applies a batch, or answers again what became of it when it had been applied before.
  ///
  /// @throws dev.tollgate.domain.tenancy.StoreUnavailable when it is not known whether it was
  ///   applied; send it again
  /// @throws Refused when its content can never be written
  Batch.Result apply(Batch batch);

  /// Tells the other nodes that the session is alive.
  ///
  /// @throws dev.tollgate.domain.tenancy.StoreUnavailable when the store does not answer
  void beat(long session);

  /// Lets go of the connection.
  void disconnect();

  /// The store will never take what is in a batch.
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Refused(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
