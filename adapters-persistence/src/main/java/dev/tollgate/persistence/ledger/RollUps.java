package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.reporting.Histogram;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/// Adds the calls of a batch up by minute and by quarter of an hour, in the order of the roll-ups'
/// key.
final class RollUps {
  private static final UUID NONE = new UUID(0, 0);
  private static final int MINUTE = 60;
  private static final int QUARTER = 900;
  private static final Comparator<Key> ORDER =
      Comparator.comparing(Key::minute)
          .thenComparing(Key::tenant)
          .thenComparing(Key::bucket)
          .thenComparing(Key::project)
          .thenComparing(Key::key)
          .thenComparing(Key::model)
          .thenComparing(Key::provider);

  private final TreeMap<Key, Sum> sums = new TreeMap<>(ORDER);

  record Key(
      boolean minute,
      UUID tenant,
      Instant bucket,
      UUID project,
      UUID key,
      String model,
      String provider) {}

  /// What is added up for one key.
  static final class Sum {
    final Key key;
    final UUID businessUnit;
    final long[] usage = new long[Component.values().length];
    final long[] latency = new long[Histogram.BUCKETS];
    final long[] firstToken = new long[Histogram.BUCKETS];
    long calls;
    long errors;
    long costNanos;

    private Sum(Key key, UUID businessUnit) {
      this.key = key;
      this.businessUnit = businessUnit;
    }
  }

  static Collection<Sum> of(List<CallRecord> calls) {
    RollUps rollUps = new RollUps();
    for (CallRecord call : calls) {
      rollUps.add(call, true);
      rollUps.add(call, false);
    }
    return rollUps.sums.values();
  }

  private void add(CallRecord call, boolean minute) {
    VirtualKey owner = call.key();
    CallRecord.Served served = call.served();
    String model = served == null || call.requestedModel() == null ? "" : call.requestedModel();
    int width = minute ? MINUTE : QUARTER;
    long second = call.accountedAt().getEpochSecond();
    Key key =
        new Key(
            minute,
            call.tenant().value(),
            Instant.ofEpochSecond(second - Math.floorMod(second, width)),
            owner == null ? NONE : owner.project().value(),
            owner == null ? NONE : owner.id().value(),
            model,
            served == null ? "" : served.provider());
    UUID unit = owner == null ? NONE : owner.businessUnit().value();
    Sum sum = sums.computeIfAbsent(key, k -> new Sum(k, unit));
    sum.calls++;
    sum.errors += call.failed() ? 1 : 0;
    sum.costNanos += call.cost() == null ? 0 : call.cost().nanos();
    long[] counts = call.usage().counts();
    for (int i = 0; i < counts.length; i++) {
      sum.usage[i] += counts[i];
    }
    sum.latency[Histogram.bucket(call.latencyMicros())]++;
    if (call.firstTokenMicros() >= 0) {
      sum.firstToken[Histogram.bucket(call.firstTokenMicros())]++;
    }
  }
}
