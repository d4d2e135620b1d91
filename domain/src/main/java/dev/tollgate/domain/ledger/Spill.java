package dev.tollgate.domain.ledger;

import dev.tollgate.domain.inference.CallRecord;
import java.util.List;

/// A place on disk for calls that a node could not write because it stopped while its store was
/// away. Used by one thread at a time.
public interface Spill {
  /// Keeps nothing: there is no data folder.
  Spill NONE =
      new Spill() {
        @Override
        public boolean keep(List<CallRecord> calls) {
          return false;
        }

        @Override
        public List<CallRecord> take() {
          return List.of();
        }

        @Override
        public void written() {}
      };

  /// Keeps calls for the next start.
  ///
  /// @return false when they could not be kept
  boolean keep(List<CallRecord> calls);

  /// What an earlier run kept. It stays on disk until it is [#written].
  List<CallRecord> take();

  /// Everything that was taken is in the store.
  void written();
}
