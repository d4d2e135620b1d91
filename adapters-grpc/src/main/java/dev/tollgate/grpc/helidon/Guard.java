package dev.tollgate.grpc.helidon;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Helidon's HTTP/2 behind [GuardedHttp2]. It is the only selector of its listener, so that Helidon
/// hands each connection over before it has read a byte.
final class Guard implements ServerConnectionSelector, AutoCloseable {
  private static final int MOST_CALLS = 256;
  private static final Duration LOOK = Duration.ofMillis(500);

  private final Http2ConnectionSelector http2;
  private final Semaphore permits = new Semaphore(MOST_CALLS);
  private final Set<GuardedHttp2> open = ConcurrentHashMap.newKeySet();
  private final Thread watch =
      Thread.ofPlatform().daemon().name("grpc-deadlines").unstarted(this::look);

  Guard(Http2ConnectionSelector http2) {
    this.http2 = http2;
    watch.start();
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(LOOK);
        open.forEach(GuardedHttp2::closeIfOverdue);
      }
    } catch (InterruptedException e) {
      // The listener stops.
    }
  }

  @Override
  public void close() {
    watch.interrupt();
    open.forEach(GuardedHttp2::close);
  }

  @Override
  public int bytesToIdentifyConnection() {
    return 0;
  }

  @Override
  public Support supports(BufferData data) {
    return Support.SUPPORTED;
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return Set.of("h2");
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    return new ServerConnection() {
      private volatile @Nullable ServerConnection behind;

      @Override
      public void handle(Limit limit) throws InterruptedException {
        GuardedHttp2 guarded = new GuardedHttp2(context, permits);
        open.add(guarded);
        try {
          ServerConnection connection = http2.connection(guarded);
          behind = connection;
          connection.handle(limit);
        } finally {
          guarded.over();
          open.remove(guarded);
        }
      }

      @Override
      public Duration idleTime() {
        ServerConnection connection = behind;
        return connection == null ? Duration.ZERO : connection.idleTime();
      }

      @Override
      public void close(boolean interrupt) {
        ServerConnection connection = behind;
        if (connection != null) {
          connection.close(interrupt);
        }
      }
    };
  }
}
