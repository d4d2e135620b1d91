package dev.tollgate.persistence.cluster;

import com.hazelcast.map.EntryProcessor;
import java.util.Map;

/// Replaces the view of an account by a newer one, and never by an older one. May run twice.
///
/// @param seen a [SeenAccount]
record Advance(long[] seen) implements EntryProcessor<String, long[], Void> {
  private static final long serialVersionUID = 1L;

  @Override
  public Void process(Map.Entry<String, long[]> entry) {
    long[] old = entry.getValue();
    if (old == null || SeenAccount.isNewer(seen, old)) {
      entry.setValue(seen);
    }
    return null;
  }
}
