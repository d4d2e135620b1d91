package dev.tollgate.providers.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// Asks an HTTP proxy for a tunnel to the provider's server (RFC 9110, section 9.3.6).
final class ProxyTunnel {
  private static final int LARGEST_HEAD = 8_192;

  private ProxyTunnel() {}

  /// The proxy did not open the tunnel.
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused() {
      super("the proxy refused the tunnel");
    }
  }

  static void open(SocketChannel channel, String host, int port) throws IOException {
    String server = host + ":" + port;
    Socket socket = channel.socket();
    socket
        .getOutputStream()
        .write(
            ("CONNECT " + server + " HTTP/1.1\r\nhost: " + server + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    String head = head(socket.getInputStream());
    if (!head.matches("(?s)HTTP/1\\.[01] 2[0-9][0-9].*")) {
      throw new Refused();
    }
  }

  /// Read byte by byte: what follows the head belongs to the server behind the proxy.
  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n", Math.max(0, head.length() - 4)) < 0) {
      int next = in.read();
      if (next < 0 || head.length() >= LARGEST_HEAD) {
        throw new Refused();
      }
      head.append((char) next);
    }
    return head.toString();
  }
}
