package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What a stranger without a token can send to the two ports of gRPC, in frames of his own. The
/// process has 256 MiB and two cores; whatever he does, calls on `/v1` go on, gRPC goes on, and the
/// memory comes back.
class GrpcStrangersIT {
  private static final String CALL = "{\"model\":\"sim-embed\",\"input\":\"hello\"}";
  private static final String PATH = "/tollgate.admin.v1.KeyService/ListKeys";

  /// It needs no token, so that a message is read.
  private static final String OPEN = "/grpc.health.v1.Health/Check";

  private static final String WATCH = "/grpc.health.v1.Health/Watch";
  private static final int MORE_HEAP_MIB = 24;
  private static final int MORE_THREADS = 40;
  private static final int LONGEST_SECONDS = 10;

  private static RunningProgram program;
  private static Map<String, String> env;
  private static int nettyPort;
  private static int helidonPort;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /// What a stranger does.
  interface Attack {
    void on(int port) throws Exception;
  }

  @BeforeAll
  static void start() throws Exception {
    Path folder = RunningProgram.newFolder();
    program =
        RunningProgram.start(
            folder,
            "env TOLLGATE_JAVA_OPTS='-Xmx256m -XX:ActiveProcessorCount=2' ./tollgate dev --port 0"
                + " --ops-port 0 --grpc-port 0 --helidon-grpc-port 0");
    env = program.env();
    nettyPort =
        Integer.parseInt(RunningProgram.setting(env, "TOLLGATE_GRPC").replaceFirst(".*:", ""));
    Matcher helidon = Pattern.compile("localhost:(\\d+)  \\(by Helidon").matcher(program.output());
    assertThat(helidon.find()).isTrue();
    helidonPort = Integer.parseInt(helidon.group(1));
    for (int i = 0; i < 3; i++) {
      goesOn();
    }
  }

  @AfterAll
  static void stop() {
    program.close();
  }

  private static void goesOn() throws Exception {
    for (int port : new int[] {nettyPort, helidonPort}) {
      try (TestingGrpc grpc =
          new TestingGrpc(port, RunningProgram.setting(env, "TOLLGATE_ADMIN_TOKEN"))) {
        long began = System.nanoTime();
        TestingGrpc.Answer answer = grpc.ask("ListKeys", "{\"limit\":1}");
        assertThat(answer.code()).as(answer.detail()).isEqualTo("OK");
        assertThat(seconds(began)).isLessThan(LONGEST_SECONDS);
      }
    }
    long began = System.nanoTime();
    HttpResponse<String> called =
        CLIENT.send(
            HttpRequest.newBuilder(
                    URI.create(RunningProgram.setting(env, "TOLLGATE_URL") + "/v1/embeddings"))
                .timeout(Duration.ofSeconds(LONGEST_SECONDS))
                .header("authorization", "Bearer " + RunningProgram.setting(env, "OPENAI_API_KEY"))
                .POST(HttpRequest.BodyPublishers.ofString(CALL))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(called.statusCode()).isEqualTo(200);
    assertThat(seconds(began)).isLessThan(LONGEST_SECONDS);
  }

  private static long seconds(long began) {
    return Duration.ofNanos(System.nanoTime() - began).toSeconds();
  }

  private static long heap() throws Exception {
    program.collectGarbage();
    String metrics =
        CLIENT
            .send(
                HttpRequest.newBuilder(
                        URI.create(RunningProgram.setting(env, "TOLLGATE_OPS") + "/metrics"))
                    .timeout(Duration.ofSeconds(LONGEST_SECONDS))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    for (String line : metrics.lines().toList()) {
      if (line.startsWith("jvm_heap_used_bytes")) {
        return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)) >> 20;
      }
    }
    throw new AssertionError("no heap among the metrics");
  }

  static List<Arguments> attacks() {
    List<Arguments> all = new ArrayList<>();
    add(all, "an indexed literal that is larger than the table", GrpcStrangersIT::largeLiteral);
    add(all, "an indexed literal after the table was made empty", GrpcStrangersIT::emptyTable);
    add(all, "sixteen thousand references to one large header", GrpcStrangersIT::bomb);
    add(all, "empty continuations", port -> continuations(port, new byte[0], 200_000));
    add(all, "continuations of 1 MB", port -> continuations(port, new byte[16_000], 64));
    add(all, "headers of 15 KB", GrpcStrangersIT::largeHeaders);
    add(all, "eight thousand idle streams", GrpcStrangersIT::idleStreams);
    add(all, "a hundred announced messages of 2 MB", GrpcStrangersIT::announcedMessages);
    add(all, "thirty messages that unpack to 15 MB", GrpcStrangersIT::packedMessages);
    add(all, "a message of 20 MB", GrpcStrangersIT::largeMessage);
    add(all, "connections that end with open calls", GrpcStrangersIT::leftCalls);
    add(all, "watches of the health without end", GrpcStrangersIT::watches);
    add(all, "ten thousand streams that are reset", GrpcStrangersIT::rapidReset);
    add(all, "windows that grow by nothing", GrpcStrangersIT::madeYouReset);
    add(all, "pings", port -> flood(port, RawHttp2.PING, 0, new byte[8]));
    add(all, "settings", port -> flood(port, RawHttp2.SETTINGS, 0, new byte[0]));
    add(all, "priorities", port -> flood(port, RawHttp2.PRIORITY, 1, new byte[5]));
    add(all, "windows", port -> flood(port, RawHttp2.WINDOW_UPDATE, 0, new byte[] {0, 0, 0, 1}));
    add(all, "frames of an unknown kind", port -> flood(port, 200, 0, new byte[8]));
    add(all, "pings of one who does not read", port -> unread(port, RawHttp2.PING, new byte[8]));
    add(
        all,
        "settings of one who does not read",
        port -> unread(port, RawHttp2.SETTINGS, new byte[0]));
    add(all, "a path with two hundred levels", GrpcStrangersIT::oddPaths);
    return all;
  }

  private static void add(List<Arguments> all, String name, Attack attack) {
    all.add(Arguments.of("grpc-netty", name, attack));
    all.add(Arguments.of("Helidon", name, attack));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("attacks")
  void nothingStops(String server, String name, Attack attack) throws Exception {
    long heapBefore = heap();
    long threadsBefore = program.virtualThreads();
    long linesBefore = program.output().lines().count();
    try {
      attack.on(server.equals("Helidon") ? helidonPort : nettyPort);
    } catch (IOException e) {
      // He was thrown out, as he should be.
    }
    goesOn();
    Thread.sleep(300);
    assertThat(heap()).as("MiB of heap").isLessThanOrEqualTo(heapBefore + MORE_HEAP_MIB);
    assertThat(program.virtualThreads())
        .as("virtual threads")
        .isLessThanOrEqualTo(threadsBefore + MORE_THREADS);
    assertThat(program.output().lines().count())
        .as(program.output())
        .isLessThanOrEqualTo(linesBefore + 12);
  }

  private static void largeLiteral(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      ByteArrayOutputStream block = new ByteArrayOutputStream();
      block.write(0x40);
      RawHttp2.text(block, "x");
      RawHttp2.text(block, "y".repeat(4_100));
      stranger.frame(RawHttp2.HEADERS, headersEnd(), 1, block.toByteArray());
      Thread.sleep(300);
    }
  }

  private static void emptyTable(int port) throws Exception {
    for (int i = 0; i < 4; i++) {
      try (RawHttp2 stranger = RawHttp2.greeted(port)) {
        byte[] block = {0x20, 0x40, 1, 'a', 0};
        stranger.frame(RawHttp2.HEADERS, headersEnd(), 1, block);
        Thread.sleep(200);
      }
    }
  }

  private static void bomb(int port) throws Exception {
    for (int i = 0; i < 3; i++) {
      try (RawHttp2 stranger = RawHttp2.greeted(port)) {
        ByteArrayOutputStream first = new ByteArrayOutputStream();
        first.write(0x40);
        RawHttp2.text(first, "x");
        RawHttp2.text(first, "y".repeat(4_000));
        stranger.frame(RawHttp2.HEADERS, headersEnd(), 1, first.toByteArray());
        byte[] references = new byte[16_000];
        java.util.Arrays.fill(references, (byte) (0x80 | 62));
        stranger.frame(RawHttp2.HEADERS, headersEnd(), 3, references);
        Thread.sleep(300);
      }
    }
  }

  private static int headersEnd() {
    return RawHttp2.END_HEADERS | RawHttp2.END_STREAM;
  }

  private static void continuations(int port, byte[] payload, int times) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      stranger.frame(RawHttp2.HEADERS, 0, 1, new byte[0]);
      stranger.flood(RawHttp2.bytes(RawHttp2.CONTINUATION, 0, 1, payload), times);
    }
  }

  private static void largeHeaders(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      byte[] block = RawHttp2.call(PATH, "x-large", "y".repeat(15_000));
      stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, block);
      Thread.sleep(200);
    }
  }

  private static void idleStreams(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      for (int i = 0; i < 8_000; i++) {
        stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, RawHttp2.call(OPEN));
      }
    }
  }

  private static void announcedMessages(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      byte[] announced = ByteBuffer.allocate(5).put((byte) 0).putInt(2 << 20).array();
      for (int i = 0; i < 100; i++) {
        stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * i + 1, RawHttp2.call(OPEN));
        stranger.frame(RawHttp2.DATA, 0, 2 * i + 1, announced);
      }
      Thread.sleep(300);
    }
  }

  private static void packedMessages(int port) throws Exception {
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
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      for (int i = 0; i < 30; i++) {
        int stream = 2 * i + 1;
        stranger.frame(
            RawHttp2.HEADERS,
            RawHttp2.END_HEADERS,
            stream,
            RawHttp2.call(OPEN, "grpc-encoding", "gzip"));
        stranger.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, message);
      }
      Thread.sleep(500);
    }
  }

  private static void largeMessage(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, RawHttp2.call(OPEN));
      stranger.frame(
          RawHttp2.DATA, 0, 1, ByteBuffer.allocate(5).put((byte) 0).putInt(20 << 20).array());
      for (int i = 0; i < 1_300; i++) {
        stranger.frame(RawHttp2.DATA, 0, 1, new byte[16_000]);
      }
    }
  }

  private static void leftCalls(int port) throws Exception {
    for (int i = 0; i < 100; i++) {
      try (RawHttp2 stranger = RawHttp2.greeted(port)) {
        for (int k = 0; k < 10; k++) {
          stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2 * k + 1, RawHttp2.call(OPEN));
        }
      }
    }
  }

  private static void rapidReset(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      for (int i = 0; i < 10_000; i++) {
        int stream = 2 * i + 1;
        stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(PATH));
        stranger.frame(RawHttp2.RST, 0, stream, new byte[] {0, 0, 0, 8});
      }
    }
  }

  private static void madeYouReset(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      for (int i = 0; i < 200; i++) {
        int stream = 2 * i + 1;
        stranger.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(PATH));
        stranger.frame(RawHttp2.WINDOW_UPDATE, 0, stream, new byte[4]);
      }
      Thread.sleep(200);
    }
  }

  private static void flood(int port, int type, int stream, byte[] payload) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      stranger.flood(RawHttp2.bytes(type, 0, stream, payload), 200_000);
    }
  }

  private static void unread(int port, int type, byte[] payload) throws Exception {
    try (RawHttp2 stranger = new RawHttp2(port, false)) {
      stranger.greet(new byte[0]);
      stranger.socket().setSoTimeout(5_000);
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  stranger.flood(RawHttp2.bytes(type, 0, 0, payload), 200_000);
                } catch (IOException e) {
                  // He was thrown out.
                }
              });
      writer.join(Duration.ofSeconds(3));
      goesOn();
    }
  }

  /// They stay open, and none of the calls that have a token wants for a place.
  private static void watches(int port) throws Exception {
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
      goesOn();
    } finally {
      for (RawHttp2 each : strangers) {
        each.close();
      }
    }
  }

  private static void oddPaths(int port) throws Exception {
    try (RawHttp2 stranger = RawHttp2.greeted(port)) {
      stranger.frame(RawHttp2.HEADERS, headersEnd(), 1, RawHttp2.call("/a".repeat(200)));
      stranger.frame(RawHttp2.HEADERS, headersEnd(), 3, RawHttp2.call(""));
      stranger.frame(RawHttp2.HEADERS, headersEnd(), 5, RawHttp2.call("no/slash"));
      Thread.sleep(200);
    }
  }

  /// Connections on which nothing comes, or half of what should.
  @Test
  void whoIsSilentIsClosed() throws Exception {
    List<RawHttp2> soon = new ArrayList<>();
    for (int port : new int[] {nettyPort, helidonPort}) {
      RawHttp2 half = new RawHttp2(port, false);
      half.write("PRI * HT".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      soon.add(half);
      soon.add(new RawHttp2(port, false));
      RawHttp2 web = new RawHttp2(port, false);
      web.write("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      soon.add(web);
    }
    for (RawHttp2 each : soon) {
      assertThat(each.isClosedWithin(30_000)).isTrue();
      each.close();
    }
    goesOn();
  }
}
