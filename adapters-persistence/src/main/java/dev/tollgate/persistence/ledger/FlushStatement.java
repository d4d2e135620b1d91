package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Reservation;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One call of `tollgate.flush`: a batch as arrays, one element per call, roll-up or hold.
final class FlushStatement {
  private static final List<Map.Entry<String, Function<CallRecord, @Nullable Object>>> CALL =
      List.of(
          column("date", call -> day(call.id().value())),
          column("uuid", call -> call.id().value()),
          column("uuid", call -> call.tenant().value()),
          column("int2", call -> call.retention().days()),
          column("timestamptz", call -> time(call.startedAt())),
          column("uuid", call -> ofKey(call, key -> key.id().value())),
          column("uuid", call -> ofKey(call, key -> key.project().value())),
          column("uuid", call -> ofKey(call, key -> key.businessUnit().value())),
          column("uuid", FlushStatement::member),
          column("text", call -> call.endpoint().wire()),
          column("text", call -> clean(call.requestedModel(), 256)),
          column("text", call -> ofServed(call, CallRecord.Served::provider)),
          column("text", call -> ofServed(call, CallRecord.Served::upstreamModel)),
          column("text", call -> ofServed(call, CallRecord.Served::serviceTier)),
          column("int2", CallRecord::attempts),
          column("bool", CallRecord::stream),
          column("int2", CallRecord::status),
          column("text", call -> clean(call.errorCode(), 128)),
          column("text", call -> array(call.usage().counts())),
          column("int8", call -> call.cost() == null ? null : call.cost().nanos()),
          column("uuid", call -> call.price() == null ? null : call.price().value()),
          column("bool", CallRecord::estimated),
          column("int8", CallRecord::latencyMicros),
          column("int8", CallRecord::firstTokenMicros),
          column("int8", CallRecord::overheadMicros),
          column("text", FlushStatement::tags),
          column("text", call -> ofClient(call, ClientInfo::address)),
          column("text", call -> ofClient(call, ClientInfo::userAgent)),
          column("text", call -> ofClient(call, ClientInfo::sdk)),
          column("text", call -> ofClient(call, ClientInfo::session)),
          column("text", call -> ofClient(call, ClientInfo::user)),
          column("text", call -> clean(call.client().metadata(), 16_384)));

  private static final List<Map.Entry<String, Function<RollUps.Sum, @Nullable Object>>> ROLL_UP =
      List.of(
          column("bool", sum -> sum.key.minute()),
          column("uuid", sum -> sum.key.tenant()),
          column("timestamptz", sum -> time(sum.key.bucket())),
          column("uuid", sum -> sum.key.project()),
          column("uuid", sum -> sum.key.key()),
          column("text", sum -> clean(sum.key.model(), 256)),
          column("text", sum -> clean(sum.key.provider(), 256)),
          column("uuid", sum -> sum.businessUnit),
          column("int8", sum -> sum.calls),
          column("int8", sum -> sum.errors),
          column("text", sum -> array(sum.usage)),
          column("int8", sum -> sum.costNanos),
          column("text", sum -> array(sum.latency)),
          column("text", sum -> array(sum.firstToken)));

  private static final List<Map.Entry<String, Function<CallRecord, @Nullable Object>>> SETTLE =
      List.of(
          column("uuid", call -> call.hold() == null ? null : call.hold().value()),
          column("timestamptz", call -> time(call.accountedAt())));

  private static final List<Map.Entry<String, Function<BudgetBook, @Nullable Object>>> BOOK =
      List.of(column("uuid", book -> book.tenant().value()), column("int8", BudgetBook::version));

  private static final List<Map.Entry<String, Function<Reservation, @Nullable Object>>> HOLD =
      List.of(
          column("uuid", hold -> hold.id().value()),
          column("uuid", hold -> hold.key().tenant().value()),
          column("uuid", hold -> hold.call().value()),
          column("int2", Reservation::attempt),
          column("uuid", hold -> hold.key().id().value()),
          column("uuid", hold -> hold.key().project().value()),
          column("uuid", hold -> hold.key().businessUnit().value()),
          column("uuid", hold -> hold.key().owner() == null ? null : hold.key().owner().value()),
          column("text", hold -> clean(hold.model(), 256)),
          column("text", hold -> clean(hold.provider(), 256)),
          column("text", hold -> clean(hold.upstreamModel(), 256)),
          column("uuid", hold -> hold.price().value()),
          column("int8", hold -> hold.want().nanos()),
          column("int8", hold -> hold.floor().nanos()),
          column("int4", hold -> (int) hold.lifetime().toSeconds()));

  private static final List<Map.Entry<String, Function<Touch, @Nullable Object>>> TOUCH =
      List.of(
          column("int4", Touch::hold), column("int4", Touch::call), column("uuid", Touch::budget));

  private static final List<Map.Entry<String, Function<HoldId, @Nullable Object>>> END =
      List.of(column("uuid", HoldId::value));

  static final String SQL =
      "select * from tollgate.flush(?, ?, ?::smallint, "
          + String.join(
              ", ",
              Collections.nCopies(
                  CALL.size()
                      + ROLL_UP.size()
                      + SETTLE.size()
                      + BOOK.size()
                      + HOLD.size()
                      + TOUCH.size()
                      + 2 * END.size(),
                  "?"))
          + ", ?)";

  private FlushStatement() {}

  /// A budget that a reservation or a call without a hold counts against; the numbers begin at 1.
  private record Touch(@Nullable Integer hold, @Nullable Integer call, UUID budget) {}

  /// Binds a batch.
  ///
  /// @param empties of the statement's connection
  /// @param silence after which a session counts as silent, in seconds
  static void bind(PreparedStatement flush, Empties empties, Batch batch, int node, int silence)
      throws SQLException {
    flush.setLong(1, batch.session());
    flush.setLong(2, batch.number());
    flush.setInt(3, node);
    int next = bind(flush, empties, 4, CALL, batch.calls());
    next = bind(flush, empties, next, ROLL_UP, RollUps.of(batch.calls()));
    next = bind(flush, empties, next, SETTLE, batch.calls());
    next = bind(flush, empties, next, BOOK, batch.books().values());
    next = bind(flush, empties, next, HOLD, batch.reservations());
    next = bind(flush, empties, next, TOUCH, touches(batch));
    next = bind(flush, empties, next, END, batch.voids());
    next = bind(flush, empties, next, END, batch.expiries());
    flush.setInt(next, silence);
  }

  private static List<Touch> touches(Batch batch) {
    List<Touch> touches = new ArrayList<>();
    int number = 0;
    for (Reservation hold : batch.reservations()) {
      number++;
      for (Budget budget : budgets(batch, hold.key(), hold.model())) {
        touches.add(new Touch(number, null, budget.id().value()));
      }
    }
    number = 0;
    for (CallRecord call : batch.calls()) {
      number++;
      // One with a hold settles where that was made; its budgets count only if the hold was lost.
      if (call.isPosted() && call.key() != null && call.requestedModel() != null) {
        for (Budget budget : budgets(batch, call.key(), call.requestedModel())) {
          touches.add(new Touch(null, number, budget.id().value()));
        }
      }
    }
    return touches;
  }

  private static List<Budget> budgets(Batch batch, VirtualKey key, String model) {
    BudgetBook book = batch.books().get(key.tenant());
    return book == null ? List.of() : book.touching(key, model);
  }

  /// Most batches have no rows of some kind; their arrays are made once for each connection.
  static final class Empties {
    private final Map<String, Array> arrays = new HashMap<>();

    private Array get(Connection connection, String type) throws SQLException {
      Array array = arrays.get(type);
      if (array == null) {
        array = connection.createArrayOf(type, new Object[0]);
        arrays.put(type, array);
      }
      return array;
    }
  }

  private static <T> int bind(
      PreparedStatement flush,
      Empties empties,
      int from,
      List<Map.Entry<String, Function<T, @Nullable Object>>> columns,
      Collection<T> rows)
      throws SQLException {
    Connection connection = flush.getConnection();
    int index = from;
    List<@Nullable Object> values = new ArrayList<>(rows.size());
    for (var column : columns) {
      values.clear();
      for (T row : rows) {
        values.add(column.getValue().apply(row));
      }
      flush.setArray(
          index++,
          values.isEmpty()
              ? empties.get(connection, column.getKey())
              : connection.createArrayOf(column.getKey(), values.toArray()));
    }
    return index;
  }

  private static <T> Map.Entry<String, Function<T, @Nullable Object>> column(
      String type, Function<T, @Nullable Object> value) {
    return Map.entry(type, value);
  }

  private static LocalDate day(UUID id) {
    return LocalDate.ofEpochDay(Ids.epochDay(id));
  }

  private static OffsetDateTime time(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static @Nullable UUID ofKey(CallRecord call, Function<VirtualKey, UUID> part) {
    return call.key() == null ? null : part.apply(call.key());
  }

  private static @Nullable UUID member(CallRecord call) {
    VirtualKey key = call.key();
    return key == null || key.owner() == null ? null : key.owner().value();
  }

  private static @Nullable String ofServed(
      CallRecord call, Function<CallRecord.Served, @Nullable String> part) {
    return call.served() == null ? null : clean(part.apply(call.served()), 256);
  }

  private static @Nullable String ofClient(
      CallRecord call, Function<ClientInfo, @Nullable String> part) {
    return clean(part.apply(call.client()), 512);
  }

  private static @Nullable String tags(CallRecord call) {
    VirtualKey key = call.key();
    return key == null || key.tags().isEmpty() ? null : JsonText.array(key.tags());
  }

  private static String array(long[] counts) {
    StringBuilder text = new StringBuilder(counts.length * 2 + 2).append('{');
    for (int i = 0; i < counts.length; i++) {
      if (i > 0) {
        text.append(',');
      }
      text.append(counts[i]);
    }
    return text.append('}').toString();
  }

  /// Text that PostgreSQL takes: without NUL, and not longer than is worth keeping.
  private static @Nullable String clean(@Nullable String text, int longest) {
    if (text == null) {
      return null;
    }
    String cut = text.length() > longest ? text.substring(0, longest) : text;
    return cut.indexOf('\0') < 0 ? cut : cut.replace("\0", "");
  }
}
