package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/// What a stranger can send to a port of gRPC, in frames of his own.
final class GrpcAttacks {
  private static final String PATH = "/tollgate.admin.v1.KeyService/ListKeys";

  /// It needs no token, so that a message is read.
  static final String OPEN = "/grpc.health.v1.Health/Check";

  private static final String WATCH = "/grpc.health.v1.Health/Watch";

  /// RESOURCE_EXHAUSTED, UNIMPLEMENTED and UNKNOWN, as gRPC numbers them.
  private static final String TOO_LARGE = "8";

  private static final String NOT_PACKED = "12";
  private static final String UNREADABLE = "2";

  private GrpcAttacks() {}

  static void largeLiteral(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      stranger.frame(RawHttp2.HEADERS, headersEnd(), 1, indexed("y".repeat(4_100)));
      Thread.sleep(300);
    }
  }

  static void emptyTable(int port) throws Exception {
    for (int i = 0; i < 4; i++) {
      try (RawHttp2 stranger = RawHttp2.greeted(port)) {
        byte[] block = {0x20, 0x40, 1, 'a', 0};
        stranger.frame(RawHttp2.HEADERS, headersEnd(), 1, block);
        Thread.sleep(200);
      }
    }
  }

  static void bomb(int port) throws Exception {
    for (int i = 0; i < 3; i++) {
      try (RawHttp2 stranger = RawHttp2.greeted(port)) {
        stranger.frame(RawHttp2.HEADERS, headersEnd(), 1, indexed("y".repeat(4_000)));
        byte[] references = new byte[16_000];
        Arrays.fill(references, (byte) (0x80 | 62));
        stranger.frame(RawHttp2.HEADERS, headersEnd(), 3, references);
        Thread.sleep(300);
      }
    }
  }

  /// A header that is to be kept in the table (RFC 7541, 6.2.1).
  private static byte[] indexed(String value) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(0x40);
    RawHttp2.text(block, "x");
    RawHttp2.text(block, value);
    return block.toByteArray();
  }

  private static int headersEnd() {
    return RawHttp2.END_HEADERS | RawHttp2.END_STREAM;
  }

  static void continuations(int port, byte[] payload, int times) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      stranger.frame(RawHttp2.HEADERS, 0, 1, new byte[0]);
      stranger.flood(RawHttp2.bytes(RawHttp2.CONTINUATION, 0, 1, payload), times);
    }
  }

  /// A whole call that would be answered, if its headers were not too large.
  static void largeHeaders(int port, int size) throws Exception {
    try (RawHttp2 stranger = new RawHttp2(port, false)) {
      stranger.greet(new byte[0]);
      byte[] block = RawHttp2.call(OPEN, "x-large", "y".repeat(size));
      ByteArrayOutputStream call = new ByteArrayOutputStream();
      call.writeBytes(RawHttp2.bytes(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, block));
      call.writeBytes(
          RawHttp2.bytes(RawHttp2.DATA, RawHttp2.END_STREAM, 1, RawHttp2.framed(new byte[0])));
      stranger.write(call.toByteArray());
      assertThat(stranger.statusOf(1, 10_000)).isIn("none", "closed");
    }
  }

  static void idleStreams(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      for (int i = 0; i < 8_000; i++) {
        stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, RawHttp2.call(OPEN));
      }
    }
  }

  static void announcedMessages(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      byte[] announced = ByteBuffer.allocate(5).put((byte) 0).putInt(2 << 20).array();
      for (int i = 0; i < 100; i++) {
        stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, RawHttp2.call(OPEN));
        stranger.frame(RawHttp2.DATA, 0, 2 * i + 1, announced);
      }
      Thread.sleep(300);
    }
  }

  static void packedMessages(int port) throws Exception {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(new byte[15 << 20]);
    }
    byte[] message =
        ByteBuffer.allocate(5 + packed.size())
            .put((byte) 1)
            .putInt(packed.size())
            .put(packed.toByteArray())
            .array();
    try (RawHttp2 stranger = new RawHttp2(port, false)) {
      stranger.greet(new byte[0]);
      for (int i = 0; i < 30; i++) {
        int stream = 2 * i + 1;
        stranger.frame(
            RawHttp2.HEADERS,
            RawHttp2.END_HEADERS,
            stream,
            RawHttp2.call(OPEN, "grpc-encoding", "gzip"));
        stranger.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, message);
      }
      assertThat(stranger.statusOf(59, 10_000)).isIn(TOO_LARGE, NOT_PACKED, UNREADABLE);
    }
  }

  /// He goes on until he is told.
  static void largeMessage(int port) throws Exception {
    try (RawHttp2 stranger = new RawHttp2(port, false)) {
      stranger.greet(new byte[0]);
      stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.call(OPEN));
      stranger.frame(
          RawHttp2.DATA, 0, 1, ByteBuffer.allocate(5).put((byte) 0).putInt(20 << 20).array());
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  for (int i = 0; i < 1_300; i++) {
                    stranger.frame(RawHttp2.DATA, 0, 1, new byte[16_000]);
                  }
                } catch (IOException e) {
                  // He was thrown out.
                }
              });
      // grpc-netty ends the stream before it has read a request.
      assertThat(stranger.statusOf(1, 10_000)).isIn(TOO_LARGE, "reset");
      stranger.socket().close();
      writer.join();
    }
  }

  static void leftCalls(int port) throws Exception {
    for (int i = 0; i < 100; i++) {
      try (RawHttp2 stranger = RawHttp2.greeted(port)) {
        for (int k = 0; k < 10; k++) {
          stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * k + 1, RawHttp2.call(OPEN));
        }
      }
    }
  }

  static void rapidReset(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      for (int i = 0; i < 10_000; i++) {
        int stream = 2 * i + 1;
        stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(PATH));
        stranger.frame(RawHttp2.RST, 0, stream, new byte[] {0, 0, 0, 8});
      }
    }
  }

  static void madeYouReset(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      for (int i = 0; i < 200; i++) {
        int stream = 2 * i + 1;
        stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(PATH));
        stranger.frame(RawHttp2.WINDOW_UPDATE, 0, stream, new byte[4]);
      }
      Thread.sleep(200);
    }
  }

  static void flood(int port, int type, int stream, byte[] payload) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      stranger.flood(RawHttp2.bytes(type, 0, stream, payload), 200_000);
    }
  }

  static void oddPaths(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      stranger.frame(RawHttp2.HEADERS, headersEnd(), 1, RawHttp2.call("/a".repeat(200)));
      stranger.frame(RawHttp2.HEADERS, headersEnd(), 3, RawHttp2.call(""));
      stranger.frame(RawHttp2.HEADERS, headersEnd(), 5, RawHttp2.call("no/slash"));
      Thread.sleep(200);
    }
  }

  static void unread(int port, int type, int stream, byte[] payload, Attack meanwhile)
      throws Exception {
    try (RawHttp2 stranger = new RawHttp2(port, false)) {
      stranger.greet(new byte[0]);
      stranger.socket().setSoTimeout(5_000);
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  stranger.flood(RawHttp2.bytes(type, 0, stream, payload), 200_000);
                } catch (IOException e) {
                  // He was thrown out.
                }
              });
      writer.join(Duration.ofSeconds(3));
      meanwhile.on(port);
    }
  }

  /// They stay open, and none of the calls that have a token wants for a place.
  static void watches(int port, Attack meanwhile) throws Exception {
    List<RawHttp2> strangers = new ArrayList<>();
    try {
      for (int i = 0; i < 12; i++) {
        RawHttp2 stranger = RawHttp2.greeted(port);
        strangers.add(stranger);
        for (int k = 0; k < 32; k++) {
          int stream = 2 * k + 1;
          stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(WATCH));
          stranger.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, new byte[5]);
        }
      }
      Thread.sleep(500);
      meanwhile.on(port);
    } finally {
      for (RawHttp2 each : strangers) {
        each.close();
      }
    }
  }

  /// Connections that come and go with calls that are reset at once.
  static void connectionsOfResets(int port) throws Exception {
    List<Thread> many = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      many.add(
          Thread.startVirtualThread(
              () -> {
                for (int k = 0; k < 350; k++) {
                  try (RawHttp2 stranger = RawHttp2.greeted(port)) {
                    for (int stream = 1; stream < 41; stream += 2) {
                      stranger.frame(
                          RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(OPEN));
                      stranger.frame(RawHttp2.RST, 0, stream, new byte[] {0, 0, 0, 8});
                    }
                  } catch (IOException e) {
                    // He was thrown out.
                  }
                }
              }));
    }
    for (Thread each : many) {
      each.join(Duration.ofSeconds(60));
    }
  }

  /// A client that keeps the rules does not send what the server says that it does not take.
  static void largeMetadata(int port) {
    try (TestingGrpc stranger = new TestingGrpc(port, "tga_" + "x".repeat(43))) {
      TestingGrpc.Answer answer =
          stranger.ask("ListKeys", "{}", Map.of("x-large", "y".repeat(1 << 20)));
      assertThat(answer.code()).isNotIn("OK", "UNAUTHENTICATED", "DEADLINE_EXCEEDED");
    }
  }
}
