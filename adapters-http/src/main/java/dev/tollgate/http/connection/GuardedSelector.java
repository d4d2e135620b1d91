package dev.tollgate.http.connection;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Helidon's HTTP/1.1 behind a [GuardedConnection]. One thread looks every half second for
/// connections whose next byte is overdue; a blocked read has no time-out of its own.
public final class GuardedSelector implements ServerConnectionSelector, AutoCloseable {
  private static final Duration LOOK = Duration.ofMillis(500);

  private final Http1ConnectionSelector http1;
  private final Set<GuardedConnection> open = ConcurrentHashMap.newKeySet();
  private final Thread watch = Thread.ofPlatform().daemon().name("deadlines").unstarted(this::look);

  public GuardedSelector(Http1ConnectionSelector http1) {
    this.http1 = http1;
    watch.start();
  }

  @Override
  public void close() {
    watch.interrupt();
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(LOOK);
        open.forEach(GuardedConnection::closeIfOverdue);
      }
    } catch (InterruptedException e) {
      // The listener stops.
    }
  }

  @Override
  public int bytesToIdentifyConnection() {
    return http1.bytesToIdentifyConnection();
  }

  @Override
  public Support supports(BufferData data) {
    return http1.supports(data);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http1.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    GuardedConnection guarded = new GuardedConnection(context);
    ServerConnection connection = http1.connection(guarded);
    return new ServerConnection() {
      @Override
      public void handle(Limit limit) throws InterruptedException {
        open.add(guarded);
        try {
          ScopedValue.where(GuardedConnection.CURRENT, guarded)
              .<Void, InterruptedException>call(
                  () -> {
                    connection.handle(limit);
                    return null;
                  });
        } finally {
          open.remove(guarded);
        }
      }

      @Override
      public Duration idleTime() {
        return connection.idleTime();
      }

      @Override
      public void close(boolean interrupt) {
        connection.close(interrupt);
      }
    };
  }
}
