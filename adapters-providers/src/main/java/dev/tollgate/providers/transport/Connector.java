package dev.tollgate.providers.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/// Opens TCP connections to addresses that were checked before. A test puts one in its place that
/// records, so that nothing has to be sent to show where it would have gone.
interface Connector {
  Connector SYSTEM = Connector::open;

  /// @param patience until the connection is open
  SocketChannel connect(InetSocketAddress to, Duration patience) throws IOException;

  private static SocketChannel open(InetSocketAddress to, Duration patience) throws IOException {
    SocketChannel channel = SocketChannel.open();
    boolean connected = false;
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
      channel.socket().connect(to, (int) patience.toMillis());
      connected = true;
      return channel;
    } finally {
      if (!connected) {
        channel.close();
      }
    }
  }
}
