package dev.tollgate.bootstrap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A plain connection to the gateway, over which a test sends whatever bytes it likes.
final class RawSocket implements AutoCloseable {
  private final Socket socket;

  /// What came back.
  ///
  /// @param text all bytes, one character each
  /// @param closed whether the gateway ended the connection within the time
  record Heard(String text, boolean closed) {
    /// Status of the first answer that is not interim, or 0 when there is none.
    int status() {
      for (String part : text.split("(?=HTTP/1\\.1 [1-5][0-9][0-9] )", -1)) {
        if (part.length() >= 12 && part.startsWith("HTTP/1.1 ") && part.charAt(9) != '1') {
          return Integer.parseInt(part, 9, 12, 10);
        }
      }
      return 0;
    }

    /// How many answers that are not interim there are.
    int answers() {
      int count = 0;
      for (String part : text.split("(?=HTTP/1\\.1 [1-5][0-9][0-9] )", -1)) {
        count += part.startsWith("HTTP/1.1 ") && part.charAt(9) != '1' ? 1 : 0;
      }
      return count;
    }

    String body() {
      int at = text.indexOf("\r\n\r\n");
      return at < 0 ? "" : text.substring(at + 4);
    }
  }

  private RawSocket(Socket socket) {
    this.socket = socket;
  }

  static RawSocket connect(int port) {
    try {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      return new RawSocket(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sends one request, which must ask for the connection to be closed, and reads until it is.
  static Heard exchange(int port, String request) {
    try (RawSocket raw = connect(port)) {
      raw.send(request.getBytes(StandardCharsets.ISO_8859_1));
      Heard heard = raw.hear(Duration.ofSeconds(10));
      if (!heard.closed()) {
        throw new AssertionError("not closed after: " + request + " -> " + heard.text());
      }
      return heard;
    }
  }

  /// @return false when the gateway no longer takes bytes
  boolean send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// Says that nothing more will be sent.
  void finish() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      // The gateway was faster.
    }
  }

  Heard hear(Duration patience) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    long deadline = System.nanoTime() + patience.toNanos();
    byte[] buffer = new byte[16_384];
    try {
      InputStream in = socket.getInputStream();
      while (true) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return heard(all, false);
        }
        socket.setSoTimeout((int) left);
        int size = in.read(buffer);
        if (size < 0) {
          return heard(all, true);
        }
        all.write(buffer, 0, size);
      }
    } catch (SocketTimeoutException e) {
      return heard(all, false);
    } catch (IOException e) {
      return heard(all, true);
    }
  }

  private static Heard heard(ByteArrayOutputStream all, boolean closed) {
    return new Heard(all.toString(StandardCharsets.ISO_8859_1), closed);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
