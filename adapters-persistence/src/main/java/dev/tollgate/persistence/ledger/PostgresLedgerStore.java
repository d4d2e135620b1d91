package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.tenancy.StoreUnavailable;
import dev.tollgate.persistence.database.Database;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Batches as one function call each, on a connection of its own.
public final class PostgresLedgerStore implements LedgerStore {
  /// After this long without a sign of life a session counts as silent.
  public static final Duration SILENCE = Duration.ofSeconds(15);

  /// What the function raises when a batch does not follow the last one.
  private static final String OUT_OF_SEQUENCE = "TG001";

  private static final Logger LOG = System.getLogger(PostgresLedgerStore.class.getName());

  private final Database database;
  private final int node;
  private final Duration silence;
  private final Set<Long> knownDays = new HashSet<>();
  private @Nullable Connection connection;
  private @Nullable PreparedStatement flush;
  private FlushStatement.Empties empties = new FlushStatement.Empties();

  public PostgresLedgerStore(Database database, int node) {
    this(database, node, SILENCE);
  }

  /// @param silence after which a session counts as silent
  public PostgresLedgerStore(Database database, int node, Duration silence) {
    this.database = database;
    this.node = node;
    this.silence = silence;
  }

  @Override
  public long openSession() {
    try {
      return openSession(connect(), node);
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  /// Begins a session whose batches are numbered from 1.
  static long openSession(Connection connection, int node) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into tollgate.writer_session (node) values (?) returning id")) {
      insert.setInt(1, node);
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  @Override
  public void beat(long session) {
    try (PreparedStatement update =
        connect()
            .prepareStatement(
                "update tollgate.writer_session set beat = clock_timestamp() where id = ?")) {
      update.setLong(1, session);
      update.executeUpdate();
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  @Override
  public Batch.Result apply(Batch batch) {
    try {
      ensureDays(batch);
      PreparedStatement statement = flush;
      if (statement == null) {
        statement = connect().prepareStatement(FlushStatement.SQL);
        flush = statement;
      }
      FlushStatement.bind(statement, empties, batch, node, (int) silence.toSeconds());
      try (ResultSet rows = statement.executeQuery()) {
        return result(batch, rows);
      }
    } catch (SQLException e) {
      if (OUT_OF_SEQUENCE.equals(e.getSQLState())) {
        throw new Forgotten(String.valueOf(e.getMessage()), e);
      }
      if (isAboutData(e)) {
        throw new Refused(String.valueOf(e.getMessage()), e);
      }
      throw unavailable(e);
    }
  }

  @Override
  public void disconnect() {
    Connection open = connection;
    connection = null;
    flush = null;
    empties = new FlushStatement.Empties();
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.log(Level.DEBUG, "A broken connection could not be closed.", e);
      }
    }
  }

  private Connection connect() throws SQLException {
    Connection open = connection;
    if (open == null) {
      open = database.openLedger();
      connection = open;
    }
    return open;
  }

  /// What came back: outcomes of the reservations, and every account that was touched.
  private static Batch.Result result(Batch batch, ResultSet rows) throws SQLException {
    int holds = batch.reservations().size();
    Outcome[] outcomes = new Outcome[holds];
    List<Balance> balances = new ArrayList<>();
    Set<TenantId> stale = new HashSet<>();
    Instant at = Instant.EPOCH;
    while (rows.next()) {
      switch (rows.getInt("kind")) {
        case 0 -> at = rows.getTimestamp("starts").toInstant();
        case 1 -> outcomes[rows.getInt("idx") - 1] = Outcome.admitted(rows);
        case 2 -> stale.add(new TenantId(rows.getObject("budget_id", UUID.class)));
        case 3, 4 -> outcomes[rows.getInt("idx") - 1] = Outcome.refused(rows);
        default -> balances.add(balance(rows));
      }
    }
    if (!stale.isEmpty()) {
      return new Batch.Result.Stale(stale);
    }
    Map<BudgetId, Balance> latest = new HashMap<>();
    for (Balance balance : balances) {
      latest.merge(balance.budget(), balance, Balance::newer);
    }
    @Nullable Admission[] answers = new Admission[holds];
    for (int i = 0; i < holds; i++) {
      if (outcomes[i] != null) {
        answers[i] = admission(batch, batch.reservations().get(i), outcomes[i], at, latest);
      }
    }
    return new Batch.Result.Applied(Arrays.asList(answers), List.copyOf(latest.values()), at);
  }

  /// @param kind 1 admitted, 3 busy, 4 exhausted
  private record Outcome(int kind, Money granted, @Nullable Balance binding) {
    static Outcome admitted(ResultSet row) throws SQLException {
      return new Outcome(1, new Money(row.getLong("amount")), null);
    }

    static Outcome refused(ResultSet row) throws SQLException {
      return new Outcome(row.getInt("kind"), Money.ZERO, balance(row));
    }
  }

  private static Admission admission(
      Batch batch,
      Reservation reservation,
      Outcome outcome,
      Instant at,
      Map<BudgetId, Balance> latest) {
    Balance binding = outcome.binding();
    if (binding != null) {
      return outcome.kind() == 3 ? new Admission.Busy(binding) : new Admission.Exhausted(binding);
    }
    List<Balance> touched = new ArrayList<>(4);
    BudgetBook book = batch.books().get(reservation.key().tenant());
    if (book != null) {
      for (Budget budget : book.touching(reservation.key(), reservation.model())) {
        Balance balance = latest.get(budget.id());
        if (balance != null) {
          touched.add(balance);
        }
      }
    }
    return new Admission.Admitted(new Hold(reservation.id(), outcome.granted(), at), touched);
  }

  static Balance balance(ResultSet row) throws SQLException {
    java.sql.Timestamp ends = row.getTimestamp("ends");
    return new Balance(
        new BudgetId(row.getObject("budget_id", UUID.class)),
        row.getTimestamp("starts").toInstant(),
        ends == null ? null : ends.toInstant(),
        row.getBoolean("hard"),
        new Money(row.getLong("limit_nanos")),
        new Money(row.getLong("posted")),
        new Money(row.getLong("held")),
        row.getLong("version"));
  }

  private void ensureDays(Batch batch) throws SQLException {
    for (Reservation reservation : batch.reservations()) {
      // Should its node fall silent, another posts it without knowing its day.
      ensureDay(Ids.epochDay(reservation.id().value()));
      ensureDay(Ids.epochDay(reservation.call().value()));
    }
    for (CallRecord call : batch.calls()) {
      ensureDay(Ids.epochDay(call.id().value()));
      if (call.hold() != null) {
        ensureDay(Ids.epochDay(call.hold().value()));
      }
    }
  }

  private void ensureDay(long day) throws SQLException {
    if (knownDays.contains(day)) {
      return;
    }
    try (PreparedStatement ensure =
        connect().prepareStatement("select tollgate.ensure_days(?, ?)")) {
      ensure.setObject(1, LocalDate.ofEpochDay(day));
      ensure.setObject(2, LocalDate.ofEpochDay(day + 1));
      ensure.execute();
    }
    knownDays.add(day);
    knownDays.add(day + 1);
  }

  /// Classes 22 and 23: the rows themselves; anything else is the database's or the network's
  /// state.
  private static boolean isAboutData(SQLException e) {
    String state = e.getSQLState();
    return state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  private static StoreUnavailable unavailable(SQLException e) {
    return new StoreUnavailable(String.valueOf(e.getMessage()), e);
  }
}
