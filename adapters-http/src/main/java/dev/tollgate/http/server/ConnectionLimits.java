package dev.tollgate.http.server;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.tollgate.http.connection.Connections.Limits;
import dev.tollgate.http.server.HttpSettings.Door;
import java.lang.management.ManagementFactory;
import java.util.function.Predicate;

/// How many connections a listener takes. A call has one to its caller and one to a provider, so
/// half of the files that the process may open are left for those, and for the database.
final class ConnectionLimits {
  private static final int MOST = 20_000;
  private static final int MOST_OF_ADMINISTRATORS = 1_024;
  private static final int RESERVED_FILES = 256;

  /// What a connection that does nothing takes of the heap, at most.
  private static final int BYTES = 40 << 10;

  private ConnectionLimits() {}

  static Limits of(Door door, Predicate<byte[]> trusted) {
    return of(door, openFiles(), Runtime.getRuntime().maxMemory(), trusted);
  }

  static Limits of(Door door, long files, long heap, Predicate<byte[]> trusted) {
    long room = Math.min((files - RESERVED_FILES) / 2, heap / BYTES);
    int calls = Math.clamp(room, 64, MOST);
    int most = door == Door.CALLS ? calls : Math.clamp(calls / 8, 32, MOST_OF_ADMINISTRATORS);
    return new Limits(most, Math.max(16, most / 2), trusted);
  }

  private static long openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : MOST * 4L;
  }
}
