package dev.tollgate.bootstrap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/// A provider's server on a local port that answers whatever a test scripts, byte for byte, over
/// plain sockets: torn events, slow chunks, resets and nonsense included.
final class ScriptedUpstream implements AutoCloseable {
  private final ServerSocket server;
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private volatile Script script;

  /// A request as it arrived.
  record Received(String head, String body) {
    /// The value of a header, or an empty text.
    String header(String name) {
      for (String line : head.split("\r\n", -1)) {
        if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
          return line.substring(name.length() + 1).strip();
        }
      }
      return "";
    }
  }

  /// Answers one request. Returning without an exception keeps the connection open.
  interface Script {
    void answer(Received request, Answer to) throws Exception;
  }

  /// The near end of the connection.
  static final class Answer {
    private final Socket socket;
    private final OutputStream out;

    private Answer(Socket socket) throws IOException {
      this.socket = socket;
      this.out = socket.getOutputStream();
    }

    void raw(String text) throws IOException {
      raw(text.getBytes(StandardCharsets.UTF_8));
    }

    void raw(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    /// A complete JSON answer.
    void json(int status, String body, String... headers) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(
          ("HTTP/1.1 "
                  + status
                  + " X\r\ncontent-type: application/json\r\n"
                  + more
                  + "content-length: "
                  + bytes.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.UTF_8));
      all.writeBytes(bytes);
      out.write(all.toByteArray());
      out.flush();
    }

    void beginEvents() throws IOException {
      raw(
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
              + "transfer-encoding: chunked\r\n\r\n");
    }

    /// One chunk of a chunked body.
    void chunk(String text) throws IOException {
      int length = text.getBytes(StandardCharsets.UTF_8).length;
      raw(Integer.toHexString(length) + "\r\n" + text + "\r\n");
    }

    void endChunks() throws IOException {
      raw("0\r\n\r\n");
    }

    /// Ends the connection with a reset instead of a farewell.
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /// Waits until the gateway hangs up; true when it does within the time.
    boolean awaitHangup(int millis) throws IOException {
      socket.setSoTimeout(millis);
      try {
        return socket.getInputStream().read() < 0;
      } catch (java.net.SocketTimeoutException e) {
        return false;
      } catch (IOException e) {
        return true;
      }
    }
  }

  private ScriptedUpstream(ServerSocket server, Script script) {
    this.server = server;
    this.script = script;
  }

  static ScriptedUpstream start(Script script) {
    try {
      ServerSocket server = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
      ScriptedUpstream upstream = new ScriptedUpstream(server, script);
      Thread.ofVirtual().start(upstream::accept);
      return upstream;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void script(Script next) {
    script = next;
  }

  String baseUrl() {
    return "http://127.0.0.1:" + server.getLocalPort() + "/v1";
  }

  List<Received> received() {
    return received;
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      Answer answer = new Answer(socket);
      while (true) {
        String head = head(in);
        if (head.isEmpty()) {
          return;
        }
        Received request = new Received(head, body(head, in));
        received.add(request);
        script.answer(request, answer);
      }
    } catch (Exception e) {
      // The gateway hung up, or the script ended the connection.
    }
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    int b;
    while ((b = in.read()) >= 0) {
      head.append((char) b);
      if (head.length() > 3 && head.substring(head.length() - 4).equals("\r\n\r\n")) {
        return head.toString();
      }
    }
    return "";
  }

  private static String body(String head, InputStream in) throws IOException {
    String length = new Received(head, "").header("content-length");
    int size = length.isEmpty() ? 0 : Integer.parseInt(length);
    return new String(in.readNBytes(size), StandardCharsets.UTF_8);
  }
}
