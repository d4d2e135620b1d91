package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.pricing.Component;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/// Adds the calls of a batch up by quarter of an hour and dimension, in the order of the roll-ups'
/// key, so that all nodes lock in the same order.
final class RollUps {
  private static final int QUARTER = 900;

  /// @param bucket its beginning, in seconds
  record Key(UUID tenant, long bucket, long dimension) {
    static final Comparator<Key> ORDER =
        Comparator.comparing(Key::tenant)
            .thenComparingLong(Key::bucket)
            .thenComparingLong(Key::dimension);

    static Key of(CallRecord call, Dimensions dimensions) {
      long second = call.posting().accountedAt().getEpochSecond();
      return new Key(
          call.tenant().value(),
          second - Math.floorMod(second, QUARTER),
          dimensions.id(Dimension.of(call)));
    }

    /// As part of a row.
    void to(CompositeRows rows) {
      rows.set("tenant_id", tenant)
          .set("bucket", Instant.ofEpochSecond(bucket))
          .set("dimension_id", dimension);
    }
  }

  /// What is added up for one key.
  private static final class Sum {
    private final long[] usage = new long[Component.values().length];
    private long calls;
    private long errors;
    private long costNanos;
    private long estimatedNanos;
  }

  private RollUps() {}

  static CompositeRows of(List<CallRecord> calls, Layout layout, Dimensions dimensions) {
    TreeMap<Key, Sum> sums = new TreeMap<>(Key.ORDER);
    for (CallRecord call : calls) {
      add(sums.computeIfAbsent(Key.of(call, dimensions), _ -> new Sum()), call);
    }
    CompositeRows rows = new CompositeRows(layout);
    sums.forEach(
        (key, sum) -> {
          key.to(rows);
          rows.set("calls", sum.calls)
              .set("errors", sum.errors)
              .set("cost_nanos", sum.costNanos)
              .set("estimated_nanos", sum.estimatedNanos)
              .set("usage", sum.usage)
              .end();
        });
    return rows;
  }

  private static void add(Sum sum, CallRecord call) {
    long cost = call.cost() == null ? 0 : call.cost().nanos();
    sum.calls += call.isAttempt() ? 0 : call.times();
    sum.errors += call.failed() && !call.isAttempt() ? call.times() : 0;
    sum.costNanos += cost;
    sum.estimatedNanos += call.estimated() ? cost : 0;
    long[] counts = call.usage().counts();
    for (int i = 0; i < counts.length; i++) {
      sum.usage[i] += counts[i];
    }
  }
}
