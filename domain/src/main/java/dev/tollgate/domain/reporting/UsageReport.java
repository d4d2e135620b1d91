package dev.tollgate.domain.reporting;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Usage;
import java.util.List;

/// Adds up usage from roll-ups, which are written in the transaction of the calls they count and so
/// equal them to the nano-dollar. Thread-safe.
public interface UsageReport {
  /// @return a row per group that has calls, in the order of the groups
  List<Row> report(TenantId tenant, UsageQuery query);

  /// @param groups the value of each group asked for, in order; empty text stands for none
  /// @param estimated the part of the cost that was estimated and not corrected since
  record Row(
      List<String> groups,
      long calls,
      long errors,
      Usage usage,
      Money cost,
      Money estimated,
      Percentiles latency,
      Percentiles firstToken) {
    public Row {
      groups = List.copyOf(groups);
    }
  }

  /// Milliseconds, read from a [Histogram]; 0 when nothing was measured.
  record Percentiles(long p50, long p95) {}
}
