package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.reporting.Histogram;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/// Times of calls for the reports. They are no money, so they do not go with every batch: they wait
/// here for a few seconds. A node that is killed loses those of its last seconds; the call rows
/// have them all the same.
final class Latencies {
  private static final int MOST_KEYS = 2_000;

  private static final String SQL = "select tollgate.add_times_2(?::smallint, ?)";

  private final SortedMap<RollUps.Key, Times> waiting = new TreeMap<>(RollUps.Key.ORDER);

  private static final class Times {
    final long[] latency = new long[Histogram.BUCKETS];
    final long[] firstToken = new long[Histogram.BUCKETS];
  }

  /// Takes in calls whose roll-ups are committed.
  void add(List<CallRecord> calls, Dimensions dimensions) {
    for (CallRecord call : calls) {
      if (call.isAttempt()) {
        continue;
      }
      Times times = waiting.computeIfAbsent(RollUps.Key.of(call, dimensions), _ -> new Times());
      times.latency[Histogram.bucket(call.timing().latencyMicros())]++;
      OptionalLong first = call.timing().firstTokenMicros();
      if (first.isPresent()) {
        times.firstToken[Histogram.bucket(first.getAsLong())]++;
      }
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
  void write(Connection connection, int node, Layout layout) throws SQLException {
    CompositeRows rows = new CompositeRows(layout);
    waiting.forEach(
        (key, times) -> {
          key.to(rows);
          rows.set("latency", times.latency).set("first_token", times.firstToken).end();
        });
    try (PreparedStatement add = connection.prepareStatement(SQL)) {
      new Binder(add).number(node).rows(rows);
      add.execute();
    }
    waiting.clear();
  }
}
