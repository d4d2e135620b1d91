package dev.tollgate.bootstrap;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// A connection on which a stranger writes HTTP/2 frames as he likes. What comes back is read away,
/// unless he does not read.
final class RawHttp2 implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int ACK = 1;
  static final int END_STREAM = 1;
  static final int END_HEADERS = 4;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final String CLOSED = "closed";

  private final Http2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();
  private final Socket socket;
  private final OutputStream out;

  RawHttp2(int port, boolean reads) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    out = socket.getOutputStream();
    if (reads) {
      Thread.startVirtualThread(this::readAway);
    }
  }

  /// A connection that has said hello.
  static RawHttp2 greeted(int port) throws IOException {
    RawHttp2 connection = new RawHttp2(port, true);
    connection.greet(new byte[0]);
    return connection;
  }

  /// Says hello.
  void greet(byte[] settings) throws IOException {
    write(PREFACE);
    frame(SETTINGS, 0, 0, settings);
  }

  /// Lets the other side send as much as it likes on the connection.
  void openWindow() throws IOException {
    frame(WINDOW_UPDATE, 0, 0, new byte[] {63, -1, -1, -1});
  }

  /// Reads frames until a stream has ended.
  ///
  /// @return false when the connection ends before
  boolean awaitEnd(int stream) throws IOException {
    return !statusOf(stream, 10_000).equals(CLOSED);
  }

  /// Reads frames until a stream has ended, and answers pings.
  ///
  /// @param millis after which nothing more is waited for
  /// @return its status of gRPC, `reset`, or `closed` when the connection ends before
  String statusOf(int stream, int millis) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    socket.setSoTimeout(millis);
    String status = "none";
    while (true) {
      try {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int of = in.readInt();
        byte[] payload = in.readNBytes(length);
        if (type == GOAWAY) {
          return CLOSED;
        }
        if (type == PING && (flags & ACK) == 0) {
          frame(PING, ACK, 0, payload);
        }
        if (type == HEADERS) {
          // Each is decoded, for it may change what later ones mean.
          CharSequence told =
              decoder.decodeHeaders(of, Unpooled.wrappedBuffer(payload)).get("grpc-status");
          status = of == stream && told != null ? told.toString() : status;
        }
        if (of == stream && type == RST) {
          return "reset";
        }
        boolean ends = (flags & END_STREAM) != 0 && (type == HEADERS || type == DATA);
        if (of == stream && ends) {
          return status;
        }
      } catch (EOFException e) {
        return CLOSED;
      } catch (Http2Exception e) {
        throw new IOException(e);
      }
    }
  }

  private void readAway() {
    try {
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // The other side has closed.
    }
  }

  int localPort() {
    return socket.getLocalPort();
  }

  Socket socket() {
    return socket;
  }

  synchronized void write(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    write(bytes(type, flags, stream, payload));
  }

  static byte[] bytes(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .put((byte) (payload.length >> 8))
        .put((byte) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  /// Many times the same, in large writes.
  void flood(byte[] frame, int times) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    int inBlock = Math.max(1, 32_768 / frame.length);
    for (int i = 0; i < inBlock; i++) {
      block.writeBytes(frame);
    }
    for (int i = 0; i < times; i += inBlock) {
      write(block.toByteArray());
    }
  }

  /// The headers of a call, as literals without Huffman's code.
  static byte[] call(String path, String... more) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    String[] usual = {
      ":method",
      "POST",
      ":scheme",
      "http",
      ":path",
      path,
      ":authority",
      "x",
      "content-type",
      "application/grpc",
      "te",
      "trailers"
    };
    for (String[] each : new String[][] {usual, more}) {
      for (int i = 0; i < each.length; i += 2) {
        block.write(0);
        text(block, each[i]);
        text(block, each[i + 1]);
      }
    }
    return block.toByteArray();
  }

  /// A message as gRPC frames it.
  static byte[] framed(byte[] message) {
    return ByteBuffer.allocate(5 + message.length)
        .put((byte) 0)
        .putInt(message.length)
        .put(message)
        .array();
  }

  /// A text with its length before it (RFC 7541, 5.1).
  static void text(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < 127) {
      out.write(bytes.length);
    } else {
      out.write(127);
      int rest = bytes.length - 127;
      for (; rest > 127; rest >>= 7) {
        out.write(rest & 127 | 128);
      }
      out.write(rest);
    }
    out.writeBytes(bytes);
  }

  /// Whether the other side closes within the time.
  boolean isClosedWithin(int millis) throws IOException {
    long end = System.nanoTime() + millis * 1_000_000L;
    socket.setSoTimeout(200);
    byte[] rest = new byte[4_096];
    while (System.nanoTime() < end) {
      try {
        if (socket.getInputStream().read(rest) < 0) {
          return true;
        }
      } catch (java.net.SocketTimeoutException e) {
        // Nothing yet.
      } catch (IOException e) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
