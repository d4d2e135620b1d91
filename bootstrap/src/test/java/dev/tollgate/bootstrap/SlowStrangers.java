package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import dev.tollgate.bootstrap.AttackedGateway.Server;
import io.grpc.reflection.v1.ServerReflectionRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Callers of one server who stop in the middle, or do not take what they asked for. Each is given
/// up after a while of the server's own.
final class SlowStrangers implements AutoCloseable {
  private static final String REFLECTION =
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  private static final String EXPORT = "/tollgate.admin.v1.CallService/ExportCalls";
  private static final byte[] NO_WINDOW = {0, 4, 0, 0, 0, 0};
  private static final byte[] LARGEST_WINDOW = {0, 4, 127, -1, -1, -1};

  /// What opens a window of nothing to the largest.
  private static final byte[] OPENED = {127, -1, -1, -1};

  /// As gRPC numbers them.
  private static final String DEADLINE_EXCEEDED = "4";

  private static final String ABORTED = "10";

  /// More than a caller may have outstanding before he has to take something.
  private static final int CALLS = 400;

  /// Their answers fit in no buffers of a socket.
  private static final int REFLECTIONS = 2_000;

  private static final int LONGEST = 120;
  private static final int LONGEST_MILLIS = LONGEST * 1_000;

  private final AttackedGateway gateway;
  private final Server server;
  private final int port;
  private final List<RawHttp2> all = new ArrayList<>();
  private final RawHttp2 idle;
  private final RawHttp2 halfFrame;
  private final RawHttp2 withoutMessage;
  private final RawHttp2 withoutWindow;
  private final RawHttp2 unread;
  private final Thread writer;
  private final CompletableFuture<String> endOfExport;

  SlowStrangers(AttackedGateway gateway, Server server) throws IOException {
    this.gateway = gateway;
    this.server = server;
    this.port = gateway.port(server);
    this.idle = greeted(new byte[0]);
    this.halfFrame = greeted(new byte[0]);
    halfFrame.write(new byte[] {0, 0, 8, RawHttp2.PING, 0});
    this.withoutMessage = greeted(new byte[0]);
    withoutMessage.frame(
        RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.call(GrpcAttacks.OPEN));
    this.withoutWindow = greeted(NO_WINDOW);
    export(withoutWindow);
    this.endOfExport = CompletableFuture.supplyAsync(this::readExport, Thread::startVirtualThread);
    this.unread = greeted(LARGEST_WINDOW);
    this.writer = Thread.ofVirtual().start(this::askAndReadNothing);
  }

  private RawHttp2 greeted(byte[] settings) throws IOException {
    RawHttp2 stranger = new RawHttp2(port, false);
    all.add(stranger);
    stranger.greet(settings);
    return stranger;
  }

  /// Calls whose export is longer than what a server keeps ready for a caller.
  static void prepare(AttackedGateway gateway) throws Exception {
    for (int i = 0; i < CALLS; i++) {
      gateway.call();
    }
  }

  private void export(RawHttp2 caller) throws IOException {
    caller.frame(
        RawHttp2.HEADERS,
        RawHttp2.END_HEADERS,
        1,
        RawHttp2.call(EXPORT, "authorization", "Bearer " + gateway.adminToken()));
    byte[] request =
        DynamicMessage.getDefaultInstance(TestingGrpc.operation("ExportCalls").request())
            .toByteArray();
    caller.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, RawHttp2.framed(request));
  }

  private String readExport() {
    try {
      return withoutWindow.statusOf(1, LONGEST_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reflection needs no token, and answers much for little.
  private void askAndReadNothing() {
    byte[] question =
        RawHttp2.framed(
            ServerReflectionRequest.newBuilder()
                .setFileContainingSymbol("tollgate.admin.v1.KeyService")
                .build()
                .toByteArray());
    try {
      unread.frame(RawHttp2.WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(1 << 30).array());
      unread.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.call(REFLECTION));
      for (int i = 0; i < REFLECTIONS; i++) {
        unread.frame(RawHttp2.DATA, 0, 1, question);
      }
    } catch (IOException e) {
      // He was thrown out.
    }
  }

  /// Waits until each has been given up.
  ///
  /// @param seconds that have passed since they began
  void areGivenUp(int seconds) throws Exception {
    assertThat(halfFrame.isClosedWithin(millisUntil(LONGEST, seconds)))
        .as("%s: half a frame", server)
        .isTrue();
    assertThat(withoutMessage.statusOf(1, millisUntil(60, seconds)))
        .as("%s: headers without a message", server)
        .isEqualTo(DEADLINE_EXCEEDED);
    assertThat(idle.isClosedWithin(millisUntil(LONGEST, seconds)))
        .as("%s: a connection without a call", server)
        .isTrue();
    if (server == Server.NETTY) {
      // The status waits behind what he does not take. That it is one shows that the export ended.
      Thread.sleep(millisUntil(70, seconds));
      withoutWindow.frame(RawHttp2.WINDOW_UPDATE, 0, 1, OPENED);
      withoutWindow.frame(RawHttp2.WINDOW_UPDATE, 0, 0, new byte[] {0, 127, -1, -1});
    }
    assertThat(endOfExport.get(LONGEST_MILLIS, TimeUnit.MILLISECONDS))
        .as("%s: a stream that is not read", server)
        .isEqualTo(ABORTED);
    assertThat(isLetGoWithin(millisUntil(LONGEST, seconds)))
        .as("%s: a socket that is not read", server)
        .isTrue();
    writer.join();
  }

  private static int millisUntil(int end, int now) {
    return Math.max(1_000, (end - now) * 1_000);
  }

  /// Whether the server's side of the socket goes away. Nothing may be read or written to find out.
  private boolean isLetGoWithin(int millis) throws Exception {
    String ends = ":%04X".formatted(port) + " \\S*" + ":%04X 01 ".formatted(unread.localPort());
    long until = System.nanoTime() + millis * 1_000_000L;
    while (System.nanoTime() < until) {
      boolean held = false;
      for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
        if (Files.exists(Path.of(table))) {
          held |= Files.readString(Path.of(table)).matches("(?s).*" + ends + ".*");
        }
      }
      if (!held) {
        return true;
      }
      Thread.sleep(500);
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    for (RawHttp2 each : all) {
      each.close();
    }
  }
}
