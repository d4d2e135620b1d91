package dev.tollgate.providers.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Notes where a connection would have gone, and opens none.
final class RecordingConnector implements Connector {
  private final List<InetSocketAddress> asked = new CopyOnWriteArrayList<>();

  @Override
  public SocketChannel connect(InetSocketAddress to, Duration patience) throws IOException {
    asked.add(to);
    throw new ConnectException("recorded");
  }

  List<InetSocketAddress> asked() {
    return asked;
  }
}
