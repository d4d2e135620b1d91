package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// A node of the version before: it writes with the function that it knows, `tollgate.flush`, in
/// flat arrays (R__flush.sql says what is where).
final class OldNode implements AutoCloseable {
  private static final int MINUTE = 60;
  private static final int QUARTER = 900;

  private final int node;
  private final Connection connection;
  private final long session;
  private long batch;

  OldNode(int node) throws SQLException {
    this.node = node;
    connection = TestingDatabase.shared().open(Role.LEDGER);
    session = PostgresLedgerStore.openSession(connection, node);
  }

  /// @return whether it was admitted
  boolean reserve(Reservation hold, Budget budget, long version) throws SQLException {
    VirtualKey key = hold.key();
    Args args = new Args();
    args.uuids(key.tenant().value()).numbers(version);
    args.uuids(
            hold.id().value(),
            key.tenant().value(),
            hold.call().value(),
            key.id().value(),
            key.project().value(),
            key.businessUnit().value(),
            null,
            hold.price().value())
        .numbers(
            hold.attempt(),
            hold.want().nanos(),
            hold.floor().nanos(),
            hold.lifetime().toSeconds(),
            1L)
        .texts(hold.model(), hold.provider(), hold.upstreamModel())
        .ints(1)
        .uuids(budget.id().value());
    noCalls(args);
    args.uuids().uuids();
    return flush(args);
  }

  /// Settles the hold of a call.
  void settle(CallRecord call) throws SQLException {
    VirtualKey key = Objects.requireNonNull(call.key());
    CallRecord.Served served = Objects.requireNonNull(call.served());
    UUID hold = PostgresAuthority.holdOf(call).value();
    long[] usage = call.usage().counts();
    long cost = Objects.requireNonNull(call.cost()).nanos();
    Args args = new Args();
    args.uuids().numbers();
    noHolds(args);
    args.uuids(
        call.id().value(),
        call.tenant().value(),
        key.id().value(),
        key.project().value(),
        key.businessUnit().value(),
        null,
        Objects.requireNonNull(call.price()).value());
    args.numbers(
        join(
            usage,
            Ids.epochDay(call.id().value()),
            call.retention().days(),
            micros(call.startedAt()),
            micros(call.accountedAt()),
            call.attempts(),
            0,
            call.status(),
            cost,
            0,
            call.latencyMicros(),
            call.firstTokenMicros(),
            call.overheadMicros(),
            Ids.epochDay(hold)));
    args.texts(
        call.endpoint().wire(),
        call.requestedModel(),
        served.provider(),
        served.upstreamModel(),
        served.serviceTier(),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
    args.ints().uuids().flag(false).number(1);
    rollUps(args, call);
    args.uuids(hold).uuids();
    flush(args);
  }

  /// One of a minute and one of a quarter of an hour.
  private static void rollUps(Args args, CallRecord call) {
    VirtualKey key = Objects.requireNonNull(call.key());
    String provider = Objects.requireNonNull(call.served()).provider();
    long cost = Objects.requireNonNull(call.cost()).nanos();
    long second = call.accountedAt().getEpochSecond();
    List<UUID> uuids = new ArrayList<>();
    long[] numbers = {};
    List<String> texts = new ArrayList<>();
    for (int width : new int[] {MINUTE, QUARTER}) {
      uuids.addAll(
          List.of(
              call.tenant().value(),
              key.project().value(),
              key.id().value(),
              key.businessUnit().value()));
      numbers = join(join(call.usage().counts(), second - second % width, 1, 0, cost), numbers);
      texts.addAll(List.of(String.valueOf(call.requestedModel()), provider));
    }
    args.uuids(uuids.toArray(UUID[]::new)).numbers(numbers).texts(texts.toArray(String[]::new));
  }

  private static void noHolds(Args args) {
    args.uuids().numbers().texts().ints().uuids();
  }

  private static void noCalls(Args args) {
    args.uuids().numbers().texts().ints().uuids().flag(false).number(0).uuids().numbers().texts();
  }

  private static long[] join(long[] usage, long... before) {
    return LongStream.concat(Arrays.stream(before), Arrays.stream(usage)).toArray();
  }

  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  /// @return whether the only hold of the batch was admitted
  private boolean flush(Args args) throws SQLException {
    String sql =
        "select o_stale, o_kind from tollgate.flush(?, ?, ?::smallint, ?, ?, ?, ?, ?, ?, ?,"
            + " '{}', null, null, ?, ?, ?, ?, ?, ?, ?::int, ?, ?, ?, ?, ?, 15)";
    try (PreparedStatement flush = connection.prepareStatement(sql)) {
      flush.setLong(1, session);
      flush.setLong(2, ++batch);
      flush.setInt(3, node);
      args.bind(flush, 4);
      try (ResultSet row = flush.executeQuery()) {
        row.next();
        if (row.getArray("o_stale") != null) {
          throw new IllegalStateException("the budgets are old");
        }
        Array kinds = row.getArray("o_kind");
        return kinds == null || ((Number[]) kinds.getArray())[0].intValue() == 1;
      }
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /// The arguments, in order.
  private static final class Args {
    private record Arg(@Nullable String element, Object value) {}

    private final List<Arg> args = new ArrayList<>();

    Args uuids(@Nullable UUID... values) {
      return add("uuid", values);
    }

    Args numbers(long... values) {
      return add("int8", Arrays.stream(values).boxed().toArray(Long[]::new));
    }

    Args texts(@Nullable String... values) {
      return add("text", values);
    }

    Args ints(Integer... values) {
      return add("int4", values);
    }

    Args flag(boolean value) {
      return add(null, value);
    }

    Args number(int value) {
      return add(null, value);
    }

    private Args add(@Nullable String element, Object value) {
      args.add(new Arg(element, value));
      return this;
    }

    void bind(PreparedStatement statement, int from) throws SQLException {
      for (int i = 0; i < args.size(); i++) {
        Arg arg = args.get(i);
        statement.setObject(
            from + i,
            arg.element() == null
                ? arg.value()
                : statement.getConnection().createArrayOf(arg.element(), (Object[]) arg.value()));
      }
    }
  }
}
