package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.persistence.database.Database;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/// Batches as one function call each, on a connection of its own.
public final class PostgresLedgerStore implements LedgerStore {
  /// After this long without a sign of life a session counts as silent.
  public static final Duration SILENCE = Duration.ofSeconds(15);

  /// What the function raises when a batch does not follow the last one.
  private static final String OUT_OF_SEQUENCE = "TG001";

  /// What the function raises when it needs the budgets of a call whose hold was lost.
  private static final String HOLD_LOST = "TG002";

  /// Nanoseconds between two writings of times.
  private static final long LATENCIES_EVERY = 2_000_000_000L;

  private static final long LATENCIES_WHEN_IDLE = 500_000_000L;

  /// States that say that a row itself can never be written: a number or time out of range, a text
  /// that is too long, ill-formed or of another type, a missing value, a value that breaks a rule,
  /// a key that is there already. Anything else is the database's or the network's state.
  private static final Set<String> ROWS_FAULT =
      Set.of(
          "22003", "22008", "22001", "22021", "22P05", "22P02", "22P03", "23502", "23514", "23505");

  /// What a batch takes first and keeps to its end.
  private static final String LOCK_SESSION =
      "select pg_advisory_xact_lock(7004, (?::bigint % 2147483647)::int)";

  private static final String CHECK_VIOLATION = "23514";

  private static final Logger LOG = System.getLogger(PostgresLedgerStore.class.getName());

  private final Database database;
  private final int node;
  private final Duration silence;
  private final Set<Long> knownDays = new HashSet<>();
  private @Nullable Connection connection;
  private @Nullable PreparedStatement flush;
  private @Nullable PreparedStatement flushLookingFirst;
  private @Nullable Layouts layouts;
  private KnownAccounts accounts = new KnownAccounts();
  private ExhaustedBudgets exhausted = new ExhaustedBudgets();
  private final Dimensions dimensions = new Dimensions();
  private final Latencies latencies = new Latencies();
  private long latenciesWritten = System.nanoTime();

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
    try (PreparedStatement begin =
        connection.prepareStatement("select tollgate.begin_session_2(?)")) {
      begin.setInt(1, node);
      try (ResultSet row = begin.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  @Override
  public void beat(long session) {
    try (PreparedStatement beat = connect().prepareStatement("select tollgate.beat_2(?)")) {
      beat.setLong(1, session);
      beat.execute();
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  @Override
  public Batch.Result apply(Batch batch) {
    try {
      ensureDays(batch);
      Batch.Result result = flush(batch, false);
      commitKept();
      if (result instanceof Batch.Result.Applied && !batch.calls().isEmpty()) {
        latencies.add(batch.calls(), dimensions);
        writeLatencies(latencies.isFull() ? 0 : LATENCIES_EVERY);
      }
      return result;
    } catch (ArithmeticException e) {
      undoKept();
      throw new Refused(String.valueOf(e.getMessage()), e);
    } catch (SQLException e) {
      undoKept();
      if (OUT_OF_SEQUENCE.equals(e.getSQLState())) {
        throw new Forgotten(String.valueOf(e.getMessage()), e);
      }
      if (isAboutData(e)) {
        throw new Refused(String.valueOf(e.getMessage()), e);
      }
      knownDays.clear();
      throw unavailable(e);
    }
  }

  /// The locks of a batch, in its order, in a transaction that the batch ends. The server ends it
  /// too when the node stands still meanwhile.
  @Override
  public void keepBudgets(Batch batch) {
    try {
      Connection open = connect();
      open.setAutoCommit(false);
      try (PreparedStatement lock = open.prepareStatement(LOCK_SESSION)) {
        lock.setLong(1, batch.session());
        lock.execute();
      }
      try (PreparedStatement lock =
          open.prepareStatement("select pg_advisory_xact_lock_shared(7002, hashtext(?))")) {
        for (TenantId tenant : FlushStatement.tenants(batch)) {
          lock.setString(1, tenant.value().toString());
          lock.execute();
        }
      }
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  private void commitKept() throws SQLException {
    Connection open = connect();
    if (!open.getAutoCommit()) {
      open.setAutoCommit(true);
    }
  }

  /// Accounts that the transaction made are not there. Days and dimensions were made before it,
  /// when the batch was tried the first time.
  private void undoKept() {
    Connection open = connection;
    try {
      if (open == null || open.getAutoCommit()) {
        return;
      }
      accounts = new KnownAccounts();
      exhausted = new ExhaustedBudgets();
      open.rollback();
      open.setAutoCommit(true);
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "The server has undone a batch by itself.", e);
      disconnect();
    }
  }

  private Batch.Result flush(Batch batch, boolean careful) throws SQLException {
    Connection open = connect();
    PreparedStatement statement = statement(open, exhausted.touchedBy(batch));
    Layouts known = layouts();
    dimensions.learn(open, known, FlushStatement.dimensions(batch));
    List<FlushStatement.Touch> touches =
        new FlushStatement(batch, known, dimensions)
            .bind(statement, node, accounts, careful, (int) silence.toSeconds());
    try (ResultSet row = statement.executeQuery()) {
      Batch.Result result = FlushAnswer.read(row, batch, touches, accounts, known.balance());
      exhausted.learn(batch, result);
      return result;
    } catch (SQLException e) {
      if (HOLD_LOST.equals(e.getSQLState()) && !careful) {
        undoKept();
        return flush(batch, true);
      }
      throw e;
    }
  }

  private PreparedStatement statement(Connection open, boolean lookingFirst) throws SQLException {
    PreparedStatement prepared = lookingFirst ? flushLookingFirst : flush;
    if (prepared == null) {
      prepared =
          open.prepareStatement(
              lookingFirst ? FlushStatement.SQL_LOOKING_FIRST : FlushStatement.SQL);
      flush = lookingFirst ? flush : prepared;
      flushLookingFirst = lookingFirst ? prepared : flushLookingFirst;
    }
    return prepared;
  }

  private Layouts layouts() throws SQLException {
    Layouts known = layouts;
    if (known == null) {
      known = Layouts.read(connect());
      layouts = known;
    }
    return known;
  }

  @Override
  public Set<CallId> written(long session, List<CallRecord> calls) {
    Set<CallId> found = new HashSet<>();
    try (PreparedStatement wait = connect().prepareStatement(LOCK_SESSION);
        PreparedStatement select =
            connect()
                .prepareStatement(
                    "select 1 from tollgate.call where tenant_id = ? and day = ? and id = ?"
                        + " and error_code is distinct from 'node_lost'"
                        // An attempt before the last one has an entry and no row.
                        + " union all select 1 from tollgate.entry"
                        + " where tenant_id = ? and day = ? and hold_id = ?"
                        + " and (n = 0 and kind = 0 or reason = 'late truth')")) {
      wait.setLong(1, session);
      wait.execute();
      for (CallRecord call : calls) {
        select.setObject(1, call.tenant().value());
        select.setObject(2, LocalDate.ofEpochDay(Ids.epochDay(call.id().value())));
        select.setObject(3, call.id().value());
        UUID entry = call.entry();
        select.setObject(4, call.tenant().value());
        select.setObject(5, LocalDate.ofEpochDay(Ids.epochDay(entry)));
        select.setObject(6, entry);
        try (ResultSet row = select.executeQuery()) {
          if (row.next()) {
            found.add(call.id());
          }
        }
      }
      return found;
    } catch (SQLException e) {
      throw unavailable(e);
    }
  }

  @Override
  public void idle() {
    writeLatencies(LATENCIES_WHEN_IDLE);
  }

  @Override
  public void disconnect() {
    Connection open = connection;
    if (open == null) {
      return;
    }
    writeLatencies(0);
    connection = null;
    flush = null;
    flushLookingFirst = null;
    layouts = null;
    try {
      open.close();
    } catch (SQLException e) {
      LOG.log(Level.DEBUG, "A broken connection could not be closed.", e);
    }
  }

  /// A failure is not the batch's, which is committed: what could not be written waits on.
  private void writeLatencies(long notBefore) {
    long now = System.nanoTime();
    if (latencies.isEmpty() || now - latenciesWritten < notBefore) {
      return;
    }
    latenciesWritten = now;
    try {
      latencies.write(connect(), node, layouts().times());
    } catch (SQLException e) {
      LOG.log(
          latencies.isFull() ? Level.WARNING : Level.DEBUG,
          "Times of calls cannot be added to the roll-ups: {0}",
          e.getMessage());
      latencies.dropIfFull();
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

  private void ensureDays(Batch batch) throws SQLException {
    for (Reservation reservation : batch.reservations()) {
      // Should its node fall silent, another posts it without knowing its day.
      ensureDay(Ids.epochDay(reservation.id().value()));
      ensureDay(Ids.epochDay(reservation.call().value()));
    }
    for (CallRecord call : batch.calls()) {
      ensureDay(Ids.epochDay(call.id().value()));
      if (call.hold() != null) {
        ensureDay(Ids.epochDay(call.hold().id().value()));
      }
    }
  }

  private void ensureDay(long day) throws SQLException {
    if (knownDays.contains(day)) {
      return;
    }
    try (PreparedStatement ensure =
        connect().prepareStatement("select tollgate.ensure_days_2(?, ?)")) {
      ensure.setObject(1, LocalDate.ofEpochDay(day));
      ensure.setObject(2, LocalDate.ofEpochDay(day));
      try (ResultSet row = ensure.executeQuery()) {
        row.next();
        if (row.getInt(1) > 0) {
          LOG.log(
              Level.WARNING,
              "The partitions of {0} were missing and have been made. Housekeeping should have made"
                  + " them days ago; was a backup restored?",
              LocalDate.ofEpochDay(day));
        }
      }
    }
    knownDays.add(day);
  }

  /// A row for which there is no partition breaks a rule that has no name: that is the table's
  /// fault.
  private static boolean isAboutData(SQLException e) {
    boolean nameless =
        e instanceof PSQLException detailed
            && detailed.getServerErrorMessage() != null
            && detailed.getServerErrorMessage().getConstraint() == null;
    return ROWS_FAULT.contains(String.valueOf(e.getSQLState()))
        && !(nameless && CHECK_VIOLATION.equals(e.getSQLState()));
  }

  private static StoreUnavailable unavailable(SQLException e) {
    return new StoreUnavailable(String.valueOf(e.getMessage()), e);
  }
}
