package dev.tollgate.persistence.inference;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ContentStore;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.persistence.database.Database;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Writes captured content behind the calls. Its queue is bounded; a caller waits a few seconds for
/// room in it while the database takes content, and not at all while it does not. A batch that
/// fails is tried again: a row that is already there is left alone. What must be kept is written at
/// once, by the caller itself.
public final class ContentWriter implements ContentStore, AutoCloseable {
  private static final int MOST_WAITING = 512;
  private static final int LARGEST_BATCH = 64;
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final String INSERT =
      "insert into tollgate.call_content (tenant_id, day, call_id, retention_days, request,"
          + " response, truncated) values (?,?,?,?,?,?,?) on conflict do nothing";
  private static final Logger LOG = System.getLogger(ContentWriter.class.getName());

  private final Database database;
  private final ArrayBlockingQueue<CapturedContent> queue = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Thread thread;
  private volatile boolean stopping;
  private volatile boolean failing;
  private final AtomicInteger lost = new AtomicInteger();

  public ContentWriter(Database database) {
    this.database = database;
    this.thread = Thread.ofPlatform().name("content-writer").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  public int waiting() {
    return queue.size();
  }

  @Override
  public void put(CapturedContent content) {
    boolean kept = false;
    try {
      long patience = failing ? 0 : PATIENCE.toMillis();
      kept = queue.offer(content, patience, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!kept) {
      lost.incrementAndGet();
      LOG.log(Level.ERROR, "The content of call {0} is lost: the queue is full.", content.call());
    }
  }

  /// Contents that were not kept.
  public int lost() {
    return lost.get();
  }

  /// Writes what waits, for at most five seconds, and stops.
  @Override
  public void close() {
    stopping = true;
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    int left = queue.size() + lost.get();
    if (left > 0) {
      LOG.log(Level.ERROR, "Calls whose content could not be written: {0}.", left);
    }
  }

  private void run() {
    List<CapturedContent> batch = new ArrayList<>(LARGEST_BATCH);
    try {
      while (!stopping || !queue.isEmpty()) {
        CapturedContent first = queue.poll(200, TimeUnit.MILLISECONDS);
        if (first == null) {
          if (failing && !stopping) {
            probe();
          }
          continue;
        }
        batch.add(first);
        queue.drainTo(batch, LARGEST_BATCH - 1);
        boolean written = write(batch);
        while (!written && !stopping) {
          Thread.sleep(500);
          written = write(batch);
        }
        if (!written) {
          lost.addAndGet(batch.size());
        }
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean isWorking() {
    return !failing;
  }

  @Override
  public boolean commit(CapturedContent content, Duration patience) {
    try {
      boolean written =
          database.asLedger(
              connection -> {
                try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                  insert.setQueryTimeout((int) patience.toSeconds());
                  bind(insert, content);
                  return insert.executeUpdate() >= 0;
                }
              });
      failing = false;
      return written;
    } catch (RuntimeException e) {
      failing = true;
      LOG.log(
          level(e),
          "Content that must be kept cannot be written; such calls are refused. {0}",
          cause(e));
      return false;
    }
  }

  /// A database that is away comes back; a statement that fails is a defect.
  private static Level level(RuntimeException e) {
    return e instanceof StoreUnavailable ? Level.WARNING : Level.ERROR;
  }

  private static String cause(RuntimeException e) {
    return String.valueOf(e.getCause() == null ? e.getMessage() : e.getCause().getMessage());
  }

  /// Finds out whether content can be written again: everything but a row.
  private void probe() {
    try {
      int _ =
          database.asLedger(
              connection -> {
                try (PreparedStatement nothing =
                    connection.prepareStatement(
                        "insert into tollgate.call_content (tenant_id, day, call_id,"
                            + " retention_days, request, response, truncated)"
                            + " select tenant_id, day, call_id, retention_days, request, response,"
                            + " truncated from tollgate.call_content where false")) {
                  nothing.setQueryTimeout(1);
                  return nothing.executeUpdate();
                }
              });
      failing = false;
      LOG.log(Level.INFO, "Content can be written again.");
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "captured content", e);
    }
  }

  private boolean write(List<CapturedContent> batch) {
    try {
      int _ =
          database.asLedger(
              connection -> {
                try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
                  for (CapturedContent content : batch) {
                    bind(insert, content);
                    insert.addBatch();
                  }
                  return insert.executeBatch().length;
                }
              });
      failing = false;
      return true;
    } catch (RuntimeException e) {
      if (!failing || stopping) {
        LOG.log(
            level(e),
            stopping
                ? "Captured content cannot be written; the gateway stops. {0}"
                : "Captured content cannot be written yet; trying again. {0}",
            cause(e));
      }
      failing = true;
      LOG.log(Level.DEBUG, "captured content", e);
      return false;
    }
  }

  private static void bind(PreparedStatement insert, CapturedContent content) throws SQLException {
    insert.setObject(1, content.tenant().value());
    insert.setObject(2, LocalDate.ofEpochDay(Ids.epochDay(content.call().value())));
    insert.setObject(3, content.call().value());
    insert.setInt(4, content.retention().days());
    insert.setBytes(5, content.request());
    insert.setBytes(6, content.response());
    insert.setBoolean(7, content.truncated());
  }
}
