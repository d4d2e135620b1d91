package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.CallRecord;
import java.util.List;
import java.util.Set;

/// The authority. Used by the one writer of a node, from one thread.
public interface LedgerStore {
  /// Begins a session; its batches are numbered from 1.
  ///
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the store does not answer
  long openSession();

  /// Applies a batch, or answers again what became of it when it had been applied before.
  ///
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when it is not known whether it was
  ///   applied; send it again
  /// @throws Refused when its content can never be written
  /// @throws Forgotten when the store lacks batches that it had acknowledged
  Batch.Result apply(Batch batch);

  /// Keeps the budgets of a batch's tenants as they are until the next batch is applied or the
  /// connection goes, so that what is read of them now is not out of date when it arrives. Changes
  /// to them wait meanwhile.
  ///
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the store does not answer
  void keepBudgets(Batch batch);

  /// Which of these calls the store has already. For a batch that failed for a reason of which
  /// nobody knows how far it came; waits for whatever the session still has under way.
  ///
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the store does not answer
  Set<CallId> written(long session, List<CallRecord> calls);

  /// Tells the other nodes that the session is alive.
  ///
  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the store does not answer
  void beat(long session);

  /// Nothing waits to be applied: what the store keeps for a quiet moment it may do now.
  default void idle() {}

  /// Lets go of the connection.
  void disconnect();

  /// The store has lost acknowledged batches of the session: it was put back to an earlier state,
  /// or a replica that was behind took over.
  final class Forgotten extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Forgotten(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// The store will never take what is in a batch.
  final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Refused(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
