package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.Reservation;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// One call of `tollgate.flush_2`, or of `flush_3`, which takes the same and looks first whether an
/// account is exhausted: a batch as few arrays. What is where in a row is told by the database's
/// types.
final class FlushStatement {
  private static final String ARGUMENTS =
      "?, ?, ?::smallint, "
          + "?, ?, " // tenants
          + "?, ?, ?, ?, ?, ?, " // holds
          + "?, ?, ?, ?, ?, ?, ?, " // calls and roll-ups
          + "?, ?, ?::int)"; // ends of holds

  static final String SQL = "select * from tollgate.flush_2(" + ARGUMENTS;
  static final String SQL_LOOKING_FIRST = "select * from tollgate.flush_3(" + ARGUMENTS;

  private final Batch batch;
  private final Layouts layouts;
  private final Dimensions dimensions;

  /// @param dimensions knows those of all calls and reservations of the batch
  FlushStatement(Batch batch, Layouts layouts, Dimensions dimensions) {
    this.batch = batch;
    this.layouts = layouts;
    this.dimensions = dimensions;
  }

  /// A budget that a reservation counts against.
  record Touch(TenantId tenant, Budget budget) {}

  /// The dimensions that a batch needs.
  static List<Dimension> dimensions(Batch batch) {
    List<Dimension> needed = new ArrayList<>(batch.calls().size() + batch.reservations().size());
    batch.calls().forEach(call -> needed.add(Dimension.of(call)));
    batch.reservations().forEach(hold -> needed.add(Dimension.of(hold)));
    return needed;
  }

  /// Binds the batch.
  ///
  /// @param accounts what the node knows of the accounts that the reservations touch
  /// @param careful whether holds of its calls may be gone; the budgets of all calls go along then
  /// @param silence after which a session counts as silent, in seconds
  /// @return the budgets that the reservations touch, in order
  List<Touch> bind(
      PreparedStatement flush, int node, KnownAccounts accounts, boolean careful, int silence)
      throws SQLException {
    Binder binder = new Binder(flush);
    binder.number(batch.session()).number(batch.number()).number(node);
    tenants(binder);
    List<Touch> touches = holds(binder, accounts);
    calls(binder, careful);
    binder.rows(RollUps.of(batch.calls(), layouts.rollUp(), dimensions));
    binder
        .uuids(batch.voids().stream().map(HoldId::value).toList())
        .uuids(batch.expiries().stream().map(HoldId::value).toList())
        .number(silence);
    return touches;
  }

  /// In one order everywhere, since each is locked.
  static List<TenantId> tenants(Batch batch) {
    return batch.books().keySet().stream().sorted(Comparator.comparing(TenantId::value)).toList();
  }

  private void tenants(Binder binder) throws SQLException {
    List<UUID> ids = new ArrayList<>();
    LongStream.Builder versions = LongStream.builder();
    for (TenantId tenant : tenants(batch)) {
      ids.add(tenant.value());
      versions.add(Objects.requireNonNull(batch.books().get(tenant)).version());
    }
    binder.uuids(ids).numbers(versions.build().toArray());
  }

  private List<Touch> holds(Binder binder, KnownAccounts accounts) throws SQLException {
    CompositeRows rows = new CompositeRows(layouts.hold());
    List<UUID> budgets = new ArrayList<>();
    LongStream.Builder wants = LongStream.builder();
    List<Touch> touches = new ArrayList<>();
    for (Reservation hold : batch.reservations()) {
      VirtualKey key = hold.key();
      int from = touches.size() + 1;
      for (Budget budget : budgets(key, hold.model())) {
        touches.add(new Touch(key.tenant(), budget));
        budgets.add(budget.id().value());
        wants.add(hold.want().nanos());
      }
      rows.set("id", hold.id().value())
          .set("tenant_id", key.tenant().value())
          .set("call_id", hold.call().value())
          .set("attempt", hold.attempt())
          .set("key_id", key.id().value())
          .set("project_id", key.project().value())
          .set("business_unit_id", key.businessUnit().value())
          .set("member_id", key.owner() == null ? null : key.owner().value())
          .set("model", clean(hold.model(), 256))
          .set("provider", clean(hold.provider(), 256))
          .set("upstream_model", clean(hold.upstreamModel(), 256))
          .set("price_id", hold.price().value())
          .set("dimension_id", dimensions.id(Dimension.of(hold)))
          .set("want", hold.want().nanos())
          .set("floor", hold.floor().nanos())
          .set("seconds", hold.lifetime().toSeconds())
          .set("waits_millis", hold.line().toMillis())
          .set("touched_from", from)
          .set("touched_to", touches.size())
          .end();
    }
    KnownAccounts.Found found = accounts.of(touches, batch.books());
    binder
        .rows(rows)
        .uuids(budgets)
        .numbers(wants.build().toArray())
        .numbers(found.ids())
        .timeOrNull(found.from())
        .timeOrNull(found.until());
    return touches;
  }

  private void calls(Binder binder, boolean careful) throws SQLException {
    CompositeRows rows = new CompositeRows(layouts.call());
    List<UUID> holds = new ArrayList<>();
    List<UUID> touching = new ArrayList<>();
    List<UUID> touched = new ArrayList<>();
    boolean again = false;
    for (CallRecord call : batch.calls()) {
      call(rows, call);
      again |= call.outcome().attempts() > 1;
      if (call.hold() != null) {
        holds.add(call.hold().id().value());
      }
      VirtualKey key = call.key();
      String model = call.course().asked().model();
      if (key != null && model != null && call.isPosted() && (careful || call.hold() == null)) {
        for (Budget budget : budgets(key, model)) {
          touching.add(call.id().value());
          touched.add(budget.id().value());
        }
      }
    }
    binder.rows(rows).uuids(holds).flag(again).uuids(touching).uuids(touched).flag(careful);
  }

  private void call(CompositeRows rows, CallRecord call) {
    VirtualKey key = call.key();
    CallRecord.Asked asked = call.course().asked();
    CallRecord.Served served = call.served();
    CallRecord.Outcome outcome = call.outcome();
    CallRecord.Timing timing = call.timing();
    CallRecord.Posting posting = call.posting();
    CallRecord.Bill bill = call.bill();
    Hold hold = call.hold();
    client(rows, call.who().client());
    rows.set("id", call.id().value())
        .set("attempt_of", call.attemptOf() == null ? null : call.attemptOf().value())
        .set("tenant_id", call.tenant().value())
        .set("day", LocalDate.ofEpochDay(Ids.epochDay(call.id().value())))
        .set("entry_day", LocalDate.ofEpochDay(Ids.epochDay(call.entry())))
        .set("retention_days", posting.retention().days())
        .set("started_at", timing.startedAt())
        .set("accounted_at", posting.accountedAt())
        .set("endpoint", asked.endpoint().wire())
        .set("model", clean(asked.model(), 256))
        .set("attempts", outcome.attempts())
        .set("stream", asked.stream())
        .set("status", outcome.status())
        .set("error_code", clean(outcome.errorCode(), 128))
        .set("usage", bill.usage().counts())
        .set("price_id", bill.price() == null ? null : bill.price().value())
        .set("estimated", call.estimated())
        .set("reason", reason(call))
        .set("latency_micros", timing.latencyMicros())
        // The column is not null: none is -1 there.
        .set("first_token_micros", timing.firstTokenMicros().orElse(-1))
        .set("overhead_micros", timing.overheadMicros())
        .set("details", CallDetails.json(call.details()))
        .set("dimension_id", dimensions.id(Dimension.of(call)))
        .set("hold_id", hold == null ? null : hold.id().value());
    if (bill.cost() != null) {
      rows.set("cost_nanos", bill.cost().nanos());
    }
    if (served != null) {
      rows.set("provider", clean(served.provider(), 256))
          .set("upstream_model", clean(served.upstreamModel(), 256))
          .set("service_tier", clean(served.serviceTier(), 256))
          .set("region", clean(served.region(), 256));
    }
    if (key != null) {
      rows.set("key_id", key.id().value())
          .set("project_id", key.project().value())
          .set("business_unit_id", key.businessUnit().value())
          .set("member_id", key.owner() == null ? null : key.owner().value())
          .set("tags", key.tags().isEmpty() ? null : JsonText.array(key.tags()));
    }
    rows.end();
  }

  private static void client(CompositeRows rows, ClientInfo client) {
    rows.set("client_address", clean(client.address(), 512))
        .set("user_agent", clean(client.userAgent(), 512))
        .set("sdk", clean(client.sdk(), 512))
        .set("session", clean(client.session(), 512))
        .set("caller_user", clean(client.user(), 512))
        .set("metadata", clean(client.metadata(), 16_384));
  }

  /// Why an entry is an estimate, or null. That of an attempt says that it is one.
  private static @Nullable String reason(CallRecord call) {
    Uncertainty why = call.bill().uncertainty();
    return why == null ? null : call.isAttempt() ? "attempt_" + why.wire() : why.wire();
  }

  private List<Budget> budgets(VirtualKey key, String model) {
    BudgetBook book = batch.books().get(key.tenant());
    return book == null ? List.of() : book.touching(key, model);
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
