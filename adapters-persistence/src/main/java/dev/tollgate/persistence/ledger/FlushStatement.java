package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Reservation;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One call of `tollgate.flush`: a batch as flat arrays. What is where in a row is told in
/// R__flush.sql.
final class FlushStatement {
  static final String SQL =
      "select * from tollgate.flush(?, ?, ?::smallint, "
          + "?, ?, " // tenants
          + "?, ?, ?, ?, ?, ?, tollgate.at_micros(?), tollgate.at_micros(?), " // holds
          + "?, ?, ?, ?, ?, ?, " // calls
          + "?::int, ?, ?, ?, " // roll-ups
          + "?, ?, ?::int)";

  private FlushStatement() {}

  /// Binds a batch.
  ///
  /// @param accounts what the node knows of the accounts that the reservations touch
  /// @param every whether the budgets of calls that have a hold go along too, for lost holds
  /// @param silence after which a session counts as silent, in seconds
  /// @return the budgets that the reservations touch, in order
  static List<Touch> bind(
      PreparedStatement flush,
      Batch batch,
      int node,
      KnownAccounts accounts,
      boolean every,
      int silence)
      throws SQLException {
    Binder binder = new Binder(flush);
    binder.number(batch.session()).number(batch.number()).number(node);
    tenants(binder, batch);
    List<Touch> touches = holds(binder, batch, accounts);
    calls(binder, batch, every);
    rollUps(binder, RollUps.of(batch.calls()));
    FlatRows ends = new FlatRows();
    batch.calls().forEach(call -> ends.uuid(call.hold() == null ? null : call.hold().value()));
    batch.voids().forEach(hold -> ends.uuid(hold.value()));
    FlatRows expiries = new FlatRows();
    batch.expiries().stream().map(HoldId::value).forEach(expiries::uuid);
    binder.uuids(ends).uuids(expiries).number(silence);
    return touches;
  }

  /// A budget that a reservation counts against; the numbers begin at 1.
  record Touch(int hold, TenantId tenant, Budget budget) {}

  private static void tenants(Binder binder, Batch batch) throws SQLException {
    FlatRows rows = new FlatRows();
    // In one order everywhere, since each is locked.
    List<BudgetBook> books = new ArrayList<>(batch.books().values());
    books.sort(Comparator.comparing(book -> book.tenant().value()));
    for (BudgetBook book : books) {
      rows.uuid(book.tenant().value()).number(book.version());
    }
    binder.uuids(rows).numbers(rows);
  }

  private static List<Touch> holds(Binder binder, Batch batch, KnownAccounts accounts)
      throws SQLException {
    FlatRows rows = new FlatRows();
    FlatRows budgets = new FlatRows();
    List<Touch> touches = new ArrayList<>();
    int number = 0;
    for (Reservation hold : batch.reservations()) {
      number++;
      VirtualKey key = hold.key();
      for (Budget budget : budgets(batch, key, hold.model())) {
        touches.add(new Touch(number, key.tenant(), budget));
        budgets.uuid(budget.id().value());
      }
      rows.uuid(hold.id().value())
          .uuid(key.tenant().value())
          .uuid(hold.call().value())
          .uuid(key.id().value())
          .uuid(key.project().value())
          .uuid(key.businessUnit().value())
          .uuid(key.owner() == null ? null : key.owner().value())
          .uuid(hold.price().value())
          .number(hold.attempt())
          .number(hold.want().nanos())
          .number(hold.floor().nanos())
          .number(hold.lifetime().toSeconds())
          .number(touches.size())
          .text(clean(hold.model(), 256))
          .text(clean(hold.provider(), 256))
          .text(clean(hold.upstreamModel(), 256));
    }
    KnownAccounts.Found found = accounts.of(touches, batch.books());
    binder
        .rows(rows)
        .ints(touches.stream().mapToInt(Touch::hold).toArray())
        .uuids(budgets)
        .numbers(found.ids())
        .numberOrNull(found.from())
        .numberOrNull(found.until());
    return touches;
  }

  private static void calls(Binder binder, Batch batch, boolean every) throws SQLException {
    FlatRows rows = new FlatRows();
    FlatRows budgets = new FlatRows();
    List<Integer> touched = new ArrayList<>();
    int number = 0;
    for (CallRecord call : batch.calls()) {
      number++;
      call(rows, call);
      VirtualKey key = call.key();
      String model = call.requestedModel();
      if (key != null && model != null && call.isPosted() && (every || call.hold() == null)) {
        for (Budget budget : budgets(batch, key, model)) {
          touched.add(number);
          budgets.uuid(budget.id().value());
        }
      }
    }
    binder
        .rows(rows)
        .ints(touched.stream().mapToInt(Integer::intValue).toArray())
        .uuids(budgets)
        .flag(every);
  }

  private static void call(FlatRows rows, CallRecord call) {
    VirtualKey key = call.key();
    CallRecord.Served served = call.served();
    ClientInfo client = call.client();
    UUID entry = call.hold() == null ? call.id().value() : call.hold().value();
    rows.uuid(call.id().value())
        .uuid(call.tenant().value())
        .uuid(key == null ? null : key.id().value())
        .uuid(key == null ? null : key.project().value())
        .uuid(key == null ? null : key.businessUnit().value())
        .uuid(key == null || key.owner() == null ? null : key.owner().value())
        .uuid(call.price() == null ? null : call.price().value())
        .number(Ids.epochDay(call.id().value()))
        .number(call.retention().days())
        .number(micros(call.startedAt()))
        .number(micros(call.accountedAt()))
        .number(call.attempts())
        .number(call.stream() ? 1 : 0)
        .number(call.status())
        .number(call.cost() == null ? -1 : call.cost().nanos())
        .number(call.estimated() ? 1 : 0)
        .number(call.latencyMicros())
        .number(call.firstTokenMicros())
        .number(call.overheadMicros())
        .number(Ids.epochDay(entry))
        .numbers(call.usage().counts())
        .text(call.endpoint().wire())
        .text(clean(call.requestedModel(), 256))
        .text(served == null ? null : clean(served.provider(), 256))
        .text(served == null ? null : clean(served.upstreamModel(), 256))
        .text(served == null ? null : clean(served.serviceTier(), 256))
        .text(clean(call.errorCode(), 128))
        .text(key == null || key.tags().isEmpty() ? null : JsonText.array(key.tags()))
        .text(clean(client.address(), 512))
        .text(clean(client.userAgent(), 512))
        .text(clean(client.sdk(), 512))
        .text(clean(client.session(), 512))
        .text(clean(client.user(), 512))
        .text(clean(client.metadata(), 16_384));
  }

  private static void rollUps(Binder binder, Map<RollUps.Key, RollUps.Sum> sums)
      throws SQLException {
    FlatRows rows = new FlatRows();
    sums.forEach(
        (key, sum) -> {
          key.to(rows);
          rows.uuid(sum.businessUnit)
              .number(key.bucket())
              .number(sum.calls)
              .number(sum.errors)
              .number(sum.costNanos)
              .numbers(sum.usage);
        });
    binder.number(RollUps.minutes(sums.keySet())).rows(rows);
  }

  private static List<Budget> budgets(Batch batch, VirtualKey key, String model) {
    BudgetBook book = batch.books().get(key.tenant());
    return book == null ? List.of() : book.touching(key, model);
  }

  static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }

  /// Text that PostgreSQL takes: without NUL, and not longer than is worth keeping.
  static @Nullable String clean(@Nullable String text, int longest) {
    if (text == null) {
      return null;
    }
    String cut = text.length() > longest ? text.substring(0, longest) : text;
    return cut.indexOf('\0') < 0 ? cut : cut.replace("\0", "");
  }
}
