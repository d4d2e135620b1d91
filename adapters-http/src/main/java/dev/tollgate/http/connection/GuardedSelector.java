package dev.tollgate.http.connection;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;

/// Helidon's HTTP/1.1 behind a [GuardedConnection].
public final class GuardedSelector implements ServerConnectionSelector {
  private final Http1ConnectionSelector http1;

  public GuardedSelector(Http1ConnectionSelector http1) {
    this.http1 = http1;
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
        ScopedValue.where(GuardedConnection.CURRENT, guarded)
            .<Void, InterruptedException>call(
                () -> {
                  connection.handle(limit);
                  return null;
                });
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
