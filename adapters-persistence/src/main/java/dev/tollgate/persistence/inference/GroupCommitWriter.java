package dev.tollgate.persistence.inference;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.persistence.database.Database;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The one writer of a node. It flushes at once when idle; a batch forms while the last one
/// commits. Each batch has a number in the writer's session, so one whose acknowledgement was lost
/// is sent again under the same number and written once. While the database is away, rows wait
/// here.
public final class GroupCommitWriter implements CallJournal, AutoCloseable {
  /// Rows that may wait before new calls are refused.
  static final int MOST_WAITING = 10_000;

  private static final int LARGEST_BATCH = 256;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(20);
  private static final Logger LOG = System.getLogger(GroupCommitWriter.class.getName());

  private final Database database;
  private final int node;
  private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Thread thread;
  private final Thread patience;
  private volatile List<Entry> flying = List.of();
  private final Set<Long> knownDays = new HashSet<>();
  private volatile boolean idle;
  private volatile boolean stopping;
  private volatile boolean closed;
  private volatile boolean failing;
  private @Nullable Connection connection;
  private @Nullable PreparedStatement flush;
  private long session = -1;
  private long batch;

  public GroupCommitWriter(Database database, int node) {
    this.database = database;
    this.node = node;
    this.thread = Thread.ofPlatform().name("ledger-writer").unstarted(this::run);
    this.patience =
        Thread.ofPlatform().daemon().name("ledger-patience").unstarted(this::watchPatience);
  }

  private static final class Entry {
    private final CallRecord call;
    private final long deadline;
    private final @Nullable Thread waiter;
    private volatile boolean committed;
    private volatile boolean overdue;

    private Entry(CallRecord call, @Nullable Thread waiter, long deadline) {
      this.call = call;
      this.waiter = waiter;
      this.deadline = deadline;
    }

    private void commit() {
      committed = true;
      LockSupport.unpark(waiter);
    }

    /// Lets the caller go when it has waited for long enough.
    private void letGo(long now) {
      if (waiter != null && !committed && now - deadline >= 0) {
        giveUp();
      }
    }

    private void giveUp() {
      overdue = true;
      LockSupport.unpark(waiter);
    }
  }

  public void start() {
    thread.start();
    patience.start();
  }

  /// Rows that wait to be committed.
  public int waiting() {
    return waiting.get();
  }

  /// Whether the database failed at the last attempt.
  public boolean isFailing() {
    return failing;
  }

  @Override
  public boolean accepting() {
    return waiting.get() < MOST_WAITING;
  }

  @Override
  public boolean commit(CallRecord call, Duration patience) {
    Entry entry = new Entry(call, Thread.currentThread(), System.nanoTime() + patience.toNanos());
    enqueue(entry);
    // Parked without a time-out: a timer for every call costs more than the rest of the hand-over.
    while (!entry.committed && !entry.overdue) {
      LockSupport.park(this);
      if (Thread.interrupted()) {
        Thread.currentThread().interrupt();
        return entry.committed;
      }
    }
    return entry.committed;
  }

  @Override
  public void offer(CallRecord call) {
    enqueue(new Entry(call, null, 0));
  }

  /// Commits what waits, for at most five seconds, and stops.
  @Override
  public void close() {
    stopping = true;
    LockSupport.unpark(thread);
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    closed = true;
    if (waiting.get() > 0) {
      LOG.log(Level.ERROR, "{0} calls could not be committed before the stop.", waiting.get());
    }
  }

  private void enqueue(Entry entry) {
    waiting.incrementAndGet();
    queue.add(entry);
    if (idle) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    List<Entry> entries = new ArrayList<>(LARGEST_BATCH);
    while (!stopping || !queue.isEmpty()) {
      collect(entries);
      if (entries.isEmpty()) {
        idle = true;
        if (queue.isEmpty() && !stopping) {
          LockSupport.parkNanos(this, LONGEST_PAUSE.toNanos());
        }
        idle = false;
        continue;
      }
      flying = List.copyOf(entries);
      write(flying);
      flying = List.of();
      entries.clear();
    }
    disconnect();
  }

  /// Looks every few milliseconds for callers whose patience is over. In good times there are none.
  private void watchPatience() {
    try {
      while (!closed || !queue.isEmpty() || !flying.isEmpty()) {
        Thread.sleep(LOOK);
        long now = System.nanoTime();
        for (Entry entry : flying) {
          entry.letGo(now);
        }
        for (Entry entry : queue) {
          entry.letGo(now);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void collect(List<Entry> entries) {
    while (entries.size() < LARGEST_BATCH) {
      Entry entry = queue.poll();
      if (entry == null) {
        return;
      }
      entries.add(entry);
    }
  }

  /// Writes a batch, however long that takes. When the database refuses it for what is in it, each
  /// call is tried alone, so that one that cannot be written does not hold up the others.
  private void write(List<Entry> entries) {
    long pauseMillis = 10;
    while (true) {
      try {
        attempt(entries);
        failing = false;
        for (Entry entry : entries) {
          waiting.decrementAndGet();
          entry.commit();
        }
        return;
      } catch (RuntimeException e) {
        // A defect in what is written must not end the writer.
        refused(entries, e);
        return;
      } catch (SQLException e) {
        if (isAboutData(e)) {
          refused(entries, e);
          return;
        }
        report(e);
        disconnect();
        if (stopping && pauseMillis > 500) {
          // The batch given up may be committed all the same; none may follow under its number.
          session = -1;
          entries.forEach(Entry::giveUp);
          return;
        }
        pause(pauseMillis);
        pauseMillis = Math.min(pauseMillis * 2, LONGEST_PAUSE.toMillis());
      }
    }
  }

  private void refused(List<Entry> entries, Exception e) {
    if (entries.size() > 1) {
      entries.forEach(entry -> write(List.of(entry)));
      return;
    }
    waiting.decrementAndGet();
    entries.getFirst().giveUp();
    LOG.log(
        Level.ERROR,
        "Call " + entries.getFirst().call.id() + " cannot be written: " + e.getMessage());
  }

  private void attempt(List<Entry> entries) throws SQLException {
    PreparedStatement statement = connect();
    List<CallRecord> calls = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      calls.add(entry.call);
    }
    ensureDays(calls);
    FlushStatement.run(statement, session, batch + 1, node, calls);
    batch++;
  }

  private PreparedStatement connect() throws SQLException {
    if (connection == null || flush == null) {
      Connection opened = database.openLedger();
      connection = opened;
      if (session < 0) {
        session = openSession(opened);
        batch = 0;
      }
      flush = opened.prepareStatement(FlushStatement.SQL);
    }
    return flush;
  }

  private long openSession(Connection opened) throws SQLException {
    try (PreparedStatement insert =
        opened.prepareStatement(
            "insert into tollgate.writer_session (node) values (?) returning id")) {
      insert.setInt(1, node);
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private void ensureDays(List<CallRecord> calls) throws SQLException {
    for (CallRecord call : calls) {
      long day = Ids.epochDay(call.id().value());
      if (!knownDays.contains(day) && connection != null) {
        try (PreparedStatement ensure =
            connection.prepareStatement("select tollgate.ensure_days(?, ?)")) {
          ensure.setObject(1, LocalDate.ofEpochDay(day));
          ensure.setObject(2, LocalDate.ofEpochDay(day + 1));
          ensure.execute();
        }
        knownDays.add(day);
        knownDays.add(day + 1);
      }
    }
  }

  private void disconnect() {
    Connection open = connection;
    connection = null;
    flush = null;
    if (open != null) {
      try {
        open.close();
      } catch (SQLException e) {
        LOG.log(Level.DEBUG, "A broken connection could not be closed.", e);
      }
    }
  }

  /// Classes 22 and 23: the rows themselves; anything else is the database's or the network's
  /// state.
  private static boolean isAboutData(SQLException e) {
    String state = e.getSQLState();
    return state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  private void report(SQLException e) {
    if (!failing) {
      failing = true;
      LOG.log(
          Level.WARNING,
          "The database does not take calls; they wait in memory. " + e.getMessage());
    }
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
