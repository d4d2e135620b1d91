package dev.tollgate.providers.transport;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PlainSocket;
import io.helidon.common.socket.TlsSocket;
import io.helidon.common.tls.Tls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import javax.net.ssl.SSLSocket;

/// One open connection to a provider's server, with TLS where its URL wants it. Used by one thread
/// at a time, but for [#close].
final class ProviderConnection {
  private static final String CHANNEL_ID = "provider";

  private final SocketChannel channel;
  private final HelidonSocket socket;
  private final DataReader reader;

  private ProviderConnection(SocketChannel channel, HelidonSocket socket) {
    this.channel = channel;
    this.socket = socket;
    this.reader = DataReader.create(socket);
  }

  static ProviderConnection plain(SocketChannel channel) {
    return new ProviderConnection(channel, PlainSocket.client(channel.socket(), CHANNEL_ID));
  }

  /// Shakes hands, for as long as the channel is open.
  static ProviderConnection secure(SocketChannel channel, Tls tls, InetSocketAddress server)
      throws IOException {
    SSLSocket secured = tls.createSocket(List.of("http/1.1"), channel.socket(), server);
    secured.startHandshake();
    return new ProviderConnection(channel, TlsSocket.client(secured, CHANNEL_ID));
  }

  DataReader reader() {
    return reader;
  }

  void write(byte[] message) {
    socket.write(BufferData.create(message));
  }

  /// Whether an unused connection is still open, and nothing lies in it that nobody asked for. It
  /// looks at the socket without waiting. A byte that it finds there is lost: such a connection is
  /// of no use.
  boolean isQuiet() {
    try {
      channel.configureBlocking(false);
      boolean quiet = reader.available() == 0 && channel.read(ByteBuffer.allocate(1)) == 0;
      channel.configureBlocking(true);
      return quiet;
    } catch (IOException e) {
      return false;
    }
  }

  /// Closes it at once, below TLS: a thread that is in the middle of a read or a write of this
  /// connection holds the lock that a farewell would need. May be called from any thread, more than
  /// once.
  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The connection is of no use any more, which is all that is wanted.
    }
  }
}
