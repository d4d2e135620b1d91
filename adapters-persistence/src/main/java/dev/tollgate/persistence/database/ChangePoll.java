package dev.tollgate.persistence.database;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.stores.StoreUnavailable;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Tells the caches of this node what changed on any node. Looks once a second at the changes of
/// the last 15 seconds, so that one whose transaction took a while is not missed; each is told
/// once. When the database was out of reach for longer than that, everything counts as changed.
public final class ChangePoll implements Runnable {
  private static final Duration WINDOW = Duration.ofSeconds(15);
  private static final int MOST_REMEMBERED = 100_000;

  private final Database database;
  private final List<Listener> listeners;
  private final Map<Long, Boolean> told =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };
  private long lastSuccess = System.nanoTime();

  public ChangePoll(Database database, List<Listener> listeners) {
    this.database = database;
    this.listeners = List.copyOf(listeners);
  }

  /// One thing that changed.
  ///
  /// @param kind `key`, `project` or `catalogue`
  /// @param subject what of it: an id, or the name of a table
  public record Change(long id, TenantId tenant, String kind, String subject) {}

  /// A cache. One that throws [StoreUnavailable] is told again.
  public interface Listener {
    void changed(Change change);

    void everythingMayHaveChanged();
  }

  @Override
  public synchronized void run() {
    long started = System.nanoTime();
    List<Change> recent;
    try {
      // By the role that loads keys, so that a connection which an outage broke is met here first.
      recent =
          database.asLedger(
              connection -> {
                List<Change> found = new ArrayList<>();
                try (PreparedStatement select =
                    connection.prepareStatement(
                        "select id, tenant_id, kind, subject from tollgate.change"
                            + " where at > clock_timestamp() - make_interval(secs => ?)")) {
                  select.setLong(1, WINDOW.toSeconds());
                  try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                      found.add(
                          new Change(
                              row.getLong(1),
                              new TenantId(row.getObject(2, UUID.class)),
                              row.getString(3),
                              row.getString(4)));
                    }
                  }
                }
                return found;
              });
    } catch (StoreUnavailable e) {
      // The caches stay as they are; the next success finds out how long this lasted.
      return;
    }
    try {
      tell(recent);
      lastSuccess = started;
    } catch (StoreUnavailable e) {
      // A cache could not read anew. What it did not take in is told again.
    }
  }

  private void tell(List<Change> recent) {
    if (System.nanoTime() - lastSuccess > WINDOW.toNanos() - 3_000_000_000L) {
      listeners.forEach(Listener::everythingMayHaveChanged);
    }
    for (Change change : recent) {
      if (!told.containsKey(change.id())) {
        listeners.forEach(listener -> listener.changed(change));
        told.put(change.id(), Boolean.TRUE);
      }
    }
  }
}
