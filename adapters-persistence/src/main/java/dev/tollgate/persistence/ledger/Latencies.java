package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.reporting.Histogram;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Times of calls for the roll-ups. They are no money, so they do not go with every batch: they
/// wait here for a few seconds. A node that is killed loses those of its last seconds; the call
/// rows have them all the same.
final class Latencies {
  private static final int MOST_KEYS = 2_000;

  private static final String SQL =
      "select tollgate.add_latencies(?::smallint, ?::int, ?, ?, ?, ?, ?)";

  private final SortedMap<RollUps.Key, Times> waiting = new TreeMap<>(RollUps.ORDER);

  private static final class Times {
    final long[] latency = new long[Histogram.BUCKETS];
    final long[] firstToken = new long[Histogram.BUCKETS];
  }

  /// Takes in calls whose roll-ups are committed.
  void add(List<CallRecord> calls) {
    for (CallRecord call : calls) {
      add(call, true);
      add(call, false);
    }
  }

  private void add(CallRecord call, boolean minute) {
    Times times = waiting.computeIfAbsent(RollUps.Key.of(call, minute), _ -> new Times());
    times.latency[Histogram.bucket(call.latencyMicros())]++;
    if (call.firstTokenMicros() >= 0) {
      times.firstToken[Histogram.bucket(call.firstTokenMicros())]++;
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /// Whether more should not wait.
  boolean isFull() {
    return waiting.size() >= MOST_KEYS;
  }

  void dropIfFull() {
    if (isFull()) {
      waiting.clear();
    }
  }

  /// Writes what waits. Should the answer be lost, it is written again: a time may count twice.
  void write(Connection connection, int node) throws SQLException {
    FlatRows rows = new FlatRows();
    FlatRows latency = new FlatRows();
    FlatRows firstToken = new FlatRows();
    waiting.forEach(
        (key, times) -> {
          key.to(rows);
          rows.uuid(null).number(key.bucket());
          latency.text(array(times.latency));
          firstToken.text(array(times.firstToken));
        });
    try (PreparedStatement add = connection.prepareStatement(SQL)) {
      new Binder(add)
          .number(node)
          .number(RollUps.minutes(waiting.keySet()))
          .rows(rows)
          .texts(latency)
          .texts(firstToken);
      add.execute();
    }
    waiting.clear();
  }

  private static String array(long[] counts) {
    StringBuilder text = new StringBuilder(counts.length * 2 + 2).append('{');
    for (int i = 0; i < counts.length; i++) {
      text.append(i > 0 ? "," : "").append(counts[i]);
    }
    return text.append('}').toString();
  }
}
