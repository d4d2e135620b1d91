package dev.tollgate.providers.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/// A server on loopback whose every connection a test handles by hand, byte for byte.
final class RawServer implements AutoCloseable {
  private final ServerSocket listener;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();

  /// What is done with a connection.
  interface Handler {
    /// @param number of the connection, from 1
    void handle(Connection connection, int number) throws IOException, InterruptedException;
  }

  /// One connection, seen from the server.
  final class Connection {
    private final Socket socket;

    private Connection(Socket socket) {
      this.socket = socket;
    }

    /// Reads the head of a request without a body.
    void request() throws IOException {
      InputStream in = socket.getInputStream();
      StringBuilder head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("the client is gone");
        }
        head.append((char) next);
      }
      requests.incrementAndGet();
    }

    void say(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  private RawServer(ServerSocket listener) {
    this.listener = listener;
  }

  static RawServer start(Handler handler) throws IOException {
    RawServer server =
        new RawServer(new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})));
    Thread.ofVirtual().start(() -> server.accept(handler));
    return server;
  }

  private void accept(Handler handler) {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        int number = connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(handler, socket, number));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Handler handler, Socket socket, int number) {
    try (socket) {
      handler.handle(new Connection(socket), number);
    } catch (IOException e) {
      // The client has ended the connection, which is what some tests are about.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  int port() {
    return listener.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  int requests() {
    return requests.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
