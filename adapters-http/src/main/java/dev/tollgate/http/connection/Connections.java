package dev.tollgate.http.connection;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who is connected: so many in all and so many from one address, so that no stranger takes all
/// there are. When all are taken, the one that has been idle longest makes room. Thread-safe.
public final class Connections {
  private static final Logger LOG = System.getLogger(Connections.class.getName());

  private final Limits limits;
  private final Set<GuardedConnection> open = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<InetAddress, Integer> ofPeer = new ConcurrentHashMap<>();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong evicted = new AtomicLong();

  /// @param most in all
  /// @param mostOfPeer from one address
  /// @param trusted whose connections are not counted by address: proxies
  public record Limits(int most, int mostOfPeer, Predicate<byte[]> trusted) {}

  public Connections(Limits limits) {
    this.limits = limits;
  }

  public int count() {
    return open.size();
  }

  /// How many were closed unserved since the start.
  public long refused() {
    return refused.get();
  }

  /// How many idle ones were closed to make room.
  public long evicted() {
    return evicted.get();
  }

  /// @return false when there is no room for it
  boolean admit(GuardedConnection connection) {
    InetAddress peer = connection.peer();
    InetAddress counted = peer == null || limits.trusted().test(peer.getAddress()) ? null : peer;
    boolean room = counted == null || ofPeer.merge(counted, 1, Integer::sum) <= limits.mostOfPeer();
    if (!room || open.size() >= limits.most() && !makeRoom()) {
      leave(counted);
      refused.incrementAndGet();
      return false;
    }
    connection.countedAs(counted);
    open.add(connection);
    return true;
  }

  /// May be told twice of one: by the code that made room, and by itself.
  void gone(GuardedConnection connection) {
    leave(connection.uncount());
    open.remove(connection);
  }

  /// What goes wrong with one must not leave the others without deadlines.
  void closeOverdue() {
    for (GuardedConnection each : open) {
      try {
        each.closeIfOverdue();
      } catch (RuntimeException e) {
        LOG.log(Level.ERROR, "A connection that is overdue could not be closed.", e);
      }
    }
  }

  private void leave(@Nullable InetAddress counted) {
    if (counted != null) {
      ofPeer.computeIfPresent(counted, (_, count) -> count == 1 ? null : count - 1);
    }
  }

  /// Closes the connection that has been idle longest. One at a time: two that arrive together must
  /// not both count on the same place.
  private synchronized boolean makeRoom() {
    GuardedConnection longest = null;
    long now = System.nanoTime();
    long most = -1;
    for (GuardedConnection each : open) {
      long idle = each.idleNanos(now);
      if (idle > most) {
        most = idle;
        longest = each;
      }
    }
    return close(longest);
  }

  private boolean close(@Nullable GuardedConnection idle) {
    if (idle == null) {
      return false;
    }
    gone(idle);
    evicted.incrementAndGet();
    idle.breakOff();
    return true;
  }
}
