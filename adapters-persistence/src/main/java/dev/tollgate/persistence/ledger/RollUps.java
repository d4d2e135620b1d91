package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.pricing.Component;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/// Adds the calls of a batch up by minute and by quarter of an hour: minutes first, each in the
/// order of the roll-ups' key.
final class RollUps {
  private static final UUID NONE = new UUID(0, 0);
  private static final int MINUTE = 60;
  private static final int QUARTER = 900;

  /// Minutes first.
  static final Comparator<Key> ORDER =
      Comparator.comparing(Key::minute, Comparator.reverseOrder())
          .thenComparing(Key::tenant)
          .thenComparingLong(Key::bucket)
          .thenComparing(Key::project)
          .thenComparing(Key::key)
          .thenComparing(Key::model)
          .thenComparing(Key::provider);

  private final TreeMap<Key, Sum> sums = new TreeMap<>(ORDER);

  /// @param bucket its beginning, in seconds
  record Key(
      boolean minute,
      UUID tenant,
      long bucket,
      UUID project,
      UUID key,
      String model,
      String provider) {

    static Key of(CallRecord call, boolean minute) {
      VirtualKey owner = call.key();
      CallRecord.Served served = call.served();
      String model = served == null || call.requestedModel() == null ? "" : call.requestedModel();
      int width = minute ? MINUTE : QUARTER;
      long second = call.accountedAt().getEpochSecond();
      return new Key(
          minute,
          call.tenant().value(),
          second - Math.floorMod(second, width),
          owner == null ? NONE : owner.project().value(),
          owner == null ? NONE : owner.id().value(),
          clean(model),
          served == null ? "" : clean(served.provider()));
    }

    private static String clean(String name) {
      return String.valueOf(FlushStatement.clean(name, 256));
    }

    /// As part of a row.
    void to(FlatRows rows) {
      rows.uuid(tenant).uuid(project).uuid(key).text(model).text(provider);
    }
  }

  /// What is added up for one key.
  static final class Sum {
    final UUID businessUnit;
    final long[] usage = new long[Component.values().length];
    long calls;
    long errors;
    long costNanos;

    private Sum(UUID businessUnit) {
      this.businessUnit = businessUnit;
    }
  }

  static SortedMap<Key, Sum> of(List<CallRecord> calls) {
    RollUps rollUps = new RollUps();
    for (CallRecord call : calls) {
      rollUps.add(call, true);
      rollUps.add(call, false);
    }
    return rollUps.sums;
  }

  /// How many of them are minutes.
  static int minutes(Collection<Key> keys) {
    return (int) keys.stream().filter(Key::minute).count();
  }

  private void add(CallRecord call, boolean minute) {
    VirtualKey owner = call.key();
    Key key = Key.of(call, minute);
    UUID unit = owner == null ? NONE : owner.businessUnit().value();
    Sum sum = sums.computeIfAbsent(key, _ -> new Sum(unit));
    sum.calls++;
    sum.errors += call.failed() ? 1 : 0;
    sum.costNanos += call.cost() == null ? 0 : call.cost().nanos();
    long[] counts = call.usage().counts();
    for (int i = 0; i < counts.length; i++) {
      sum.usage[i] += counts[i];
    }
  }
}
