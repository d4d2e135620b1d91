package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import dev.tollgate.proto.Operation;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What honest callers do that Helidon's HTTP/2 takes amiss without its guard: both servers serve
/// it.
class GrpcHonestCallersTest {
  private static final TestingGateway GATEWAY = TestingGateway.shared();
  private static final int WINDOW = 65_535;
  private static final int CALLS = 600;

  /// As gRPC numbers it.
  private static final String DEADLINE_EXCEEDED = "4";

  private static final String UNAUTHENTICATED = "16";

  private static final String PATH = "/tollgate.admin.v1.ProjectService/ListProjects";

  enum Server {
    NETTY,
    HELIDON;

    int port() {
      return this == NETTY ? GATEWAY.dev().grpcPort() : GATEWAY.dev().helidonGrpcPort();
    }
  }

  /// A channel of one connection, with the administrator's token on each call.
  private static final class Caller implements AutoCloseable {
    private final ManagedChannel channel;
    private final Channel authorized;

    private Caller(Server server, String padding) {
      channel =
          NettyChannelBuilder.forAddress("127.0.0.1", server.port())
              .usePlaintext()
              .flowControlWindow(WINDOW)
              .build();
      Metadata headers = new Metadata();
      put(headers, "authorization", "Bearer " + GATEWAY.adminToken());
      if (!padding.isEmpty()) {
        put(headers, "x-padding", padding);
      }
      authorized =
          ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static void put(Metadata headers, String name, String value) {
      headers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    }

    ListenableFuture<Message> ask() {
      Operation operation = TestingGrpc.operation("ListProjects");
      return ClientCalls.futureUnaryCall(
          authorized.newCall(
              TestingGrpc.method(operation),
              CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS)),
          DynamicMessage.getDefaultInstance(operation.request()));
    }

    Message ask(Operation operation, Message request, CallOptions options) {
      return ClientCalls.blockingUnaryCall(
          authorized,
          TestingGrpc.method(operation),
          options.withDeadlineAfter(30, TimeUnit.SECONDS),
          request);
    }

    @Override
    public void close() {
      channel.shutdownNow();
    }
  }

  /// So that each answer is a full page.
  @BeforeAll
  static void furnish() {
    for (int i = 0; i < 20; i++) {
      GATEWAY.newProject();
    }
  }

  private static void assertAnswered(List<ListenableFuture<Message>> calls) throws Exception {
    for (ListenableFuture<Message> each : calls) {
      assertThat(each.get(30, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @ParameterizedTest
  @EnumSource
  void cancelledCallsEndNoOther(Server server) throws Exception {
    try (Caller caller = new Caller(server, "")) {
      caller.ask().get(30, TimeUnit.SECONDS);
      List<ListenableFuture<Message>> kept = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        ListenableFuture<Message> cancelled = caller.ask();
        if (i % 2 == 0) {
          // Some have been answered by now, some are under way.
          Thread.sleep(i % 6);
        }
        cancelled.cancel(true);
        if (i % 10 == 0) {
          kept.add(caller.ask());
        }
      }
      assertAnswered(kept);
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoHundredCallsAtOnceAreAllAnswered(Server server) throws Exception {
    try (Caller caller = new Caller(server, "")) {
      List<ListenableFuture<Message>> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        all.add(caller.ask());
      }
      assertAnswered(all);
    }
  }

  @ParameterizedTest
  @EnumSource
  void fiveKilobytesOfMetadataAreTaken(Server server) throws Exception {
    try (Caller caller = new Caller(server, "y".repeat(5_000))) {
      assertThat(caller.ask().get(30, TimeUnit.SECONDS)).isNotNull();
    }
  }

  /// Larger than the window that the server opens, and than a frame.
  @ParameterizedTest
  @EnumSource
  void aRequestLargerThanTheWindowIsTaken(Server server) throws Exception {
    Operation operation = TestingGrpc.operation("ListProjects");
    Message large =
        DynamicMessage.newBuilder(operation.request())
            .setField(operation.request().findFieldByName("cursor"), "c".repeat(200_000))
            .build();
    try (Caller caller = new Caller(server, "")) {
      assertThatThrownBy(() -> caller.ask(operation, large, CallOptions.DEFAULT))
          .hasMessageContaining("INVALID_ARGUMENT: cursor is not one that a list returned.");
    }
  }

  /// Helidon's server reads no message that is packed and comes in several frames, so its caller is
  /// told to send it as it is.
  @ParameterizedTest
  @EnumSource
  void aPackedRequestIsTakenOrRefused(Server server) throws Exception {
    Operation operation = TestingGrpc.operation("ListProjects");
    byte[] chance = new byte[60_000];
    new Random(7).nextBytes(chance);
    Message large =
        DynamicMessage.newBuilder(operation.request())
            .setField(
                operation.request().findFieldByName("cursor"), HexFormat.of().formatHex(chance))
            .build();
    try (Caller caller = new Caller(server, "")) {
      assertThatThrownBy(
              () -> caller.ask(operation, large, CallOptions.DEFAULT.withCompression("gzip")))
          .hasMessageContaining(
              server == Server.NETTY
                  ? "INVALID_ARGUMENT: cursor is not one that a list returned."
                  : "UNIMPLEMENTED: Send messages as they are.");
    }
  }

  /// A call that is refused by its headers alone has its message behind it.
  @ParameterizedTest
  @EnumSource
  void aRefusedCallEndsNoOther(Server server) throws Exception {
    String[] token = {"authorization", "Bearer " + GATEWAY.adminToken()};
    byte[] empty = new byte[5];
    try (RawHttp2 caller = new RawHttp2(server.port(), false)) {
      caller.greet(new byte[0]);
      caller.openWindow();
      for (int stream = 1; stream < 401; stream += 4) {
        caller.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(PATH));
        assertThat(caller.statusOf(stream, 10_000)).isEqualTo(UNAUTHENTICATED);
        caller.frame(RawHttp2.DATA, 0, stream, new byte[16_000]);
        caller.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, new byte[100]);
        int newer = stream + 2;
        caller.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, newer, RawHttp2.call(PATH, token));
        caller.frame(RawHttp2.DATA, RawHttp2.END_STREAM, newer, empty);
        assertThat(caller.statusOf(newer, 10_000)).as("call %d", newer).isEqualTo("0");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void anUnknownMethodIsToldSo(Server server) throws Exception {
    Operation operation = TestingGrpc.operation("ListProjects");
    try (Caller caller = new Caller(server, "")) {
      assertThatThrownBy(
              () ->
                  ClientCalls.blockingUnaryCall(
                      caller.authorized,
                      TestingGrpc.method(operation).toBuilder()
                          .setFullMethodName("tollgate.admin.v1.ProjectService/Nothing")
                          .build(),
                      CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS),
                      DynamicMessage.getDefaultInstance(operation.request())))
          .hasMessageStartingWith("UNIMPLEMENTED");
    }
  }

  /// The client only tells it: the server ends the call, while the provider is still waited for.
  @ParameterizedTest
  @EnumSource
  void aDeadlineIsKept(Server server) throws Exception {
    try (ScriptedUpstream silent = ScriptedUpstream.start((_, _) -> Thread.sleep(20_000));
        RawHttp2 caller = new RawHttp2(server.port(), false)) {
      String model = GATEWAY.newModel("openai", silent.baseUrl(), "m", "", "");
      String id = GATEWAY.provider(GATEWAY.providerOf(model)).path("id").asText();
      Operation operation = TestingGrpc.operation("TestProvider");
      byte[] message =
          DynamicMessage.newBuilder(operation.request())
              .setField(operation.request().findFieldByName("id"), id)
              .build()
              .toByteArray();
      caller.greet(new byte[0]);
      caller.frame(
          RawHttp2.HEADERS,
          RawHttp2.END_HEADERS,
          1,
          RawHttp2.call(
              "/" + operation.fullName(),
              "authorization",
              "Bearer " + GATEWAY.adminToken(),
              "grpc-timeout",
              "700m"));
      caller.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, RawHttp2.framed(message));
      long began = System.nanoTime();
      // It may be reset, since its caller knows what that means.
      assertThat(caller.statusOf(1, 10_000)).isIn(DEADLINE_EXCEEDED, "reset");
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofMillis(500), Duration.ofSeconds(7));
    }
  }

  /// A cancel may cross the answer on the wire.
  @ParameterizedTest
  @EnumSource
  void aResetOfAnEndedCallEndsNoOther(Server server) throws Exception {
    String[] token = {"authorization", "Bearer " + GATEWAY.adminToken()};
    byte[] empty = new byte[5];
    try (RawHttp2 caller = new RawHttp2(server.port(), false)) {
      caller.greet(new byte[0]);
      caller.openWindow();
      for (int stream = 1; stream < 41; stream += 4) {
        caller.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(PATH, token));
        caller.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, empty);
        assertThat(caller.awaitEnd(stream)).as("call %d", stream).isTrue();
        int newer = stream + 2;
        caller.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, newer, RawHttp2.call(PATH, token));
        caller.frame(RawHttp2.RST, 0, stream, new byte[] {0, 0, 0, 8});
        caller.frame(RawHttp2.DATA, RawHttp2.END_STREAM, newer, empty);
        assertThat(caller.awaitEnd(newer)).as("call %d", newer).isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void healthSaysThatItServes(Server server) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    try {
      assertThat(
              HealthGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(10, TimeUnit.SECONDS)
                  .check(HealthCheckRequest.getDefaultInstance())
                  .getStatus())
          .isEqualTo(ServingStatus.SERVING);
    } finally {
      channel.shutdownNow();
    }
  }

  /// Its reader takes one message, and for a while no other.
  @ParameterizedTest
  @EnumSource
  void aStreamWaitsForItsReader(Server server) throws Exception {
    JsonNode key = GATEWAY.newKey(GATEWAY.newProject(), "");
    for (int i = 0; i < CALLS; i++) {
      assertThat(
              GATEWAY
                  .call(
                      "/v1/embeddings",
                      key.path("key").asText(),
                      "{\"model\":\"sim-embed\",\"input\":\"x\"}")
                  .statusCode())
          .isEqualTo(200);
    }
    Operation operation = TestingGrpc.operation("ExportCalls");
    try (Caller caller = new Caller(server, "")) {
      PausedReader reader = new PausedReader();
      ClientCall<Message, Message> call =
          caller.authorized.newCall(
              TestingGrpc.method(operation),
              CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));
      call.start(reader, new Metadata());
      call.request(1);
      call.sendMessage(
          DynamicMessage.newBuilder(operation.request())
              .setField(operation.request().findFieldByName("key"), key.path("id").asText())
              .build());
      call.halfClose();
      Thread.sleep(1_500);
      assertThat(reader.messages).hasValue(1);
      call.request(CALLS);
      assertThat(reader.ended.get(30, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.OK);
      assertThat(reader.messages).hasValue(CALLS);
      assertThat(reader.bytes.get()).as("more than was under way").isGreaterThan(2L * WINDOW);
    }
  }

  private static final class PausedReader extends ClientCall.Listener<Message> {
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final CompletableFuture<Status> ended = new CompletableFuture<>();

    @Override
    public void onMessage(Message message) {
      messages.incrementAndGet();
      bytes.addAndGet(message.getSerializedSize());
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.complete(status);
    }
  }

  /// Nothing can be sent to him, and nobody else waits for it.
  @ParameterizedTest
  @EnumSource
  void aCallerWithoutAWindowHoldsUpNobody(Server server) throws Exception {
    String[] token = {"authorization", "Bearer " + GATEWAY.adminToken()};
    byte[] noWindow = {0, 4, 0, 0, 0, 0};
    try (RawHttp2 idle = new RawHttp2(server.port(), false);
        Caller caller = new Caller(server, "")) {
      idle.greet(noWindow);
      for (int stream = 1; stream < 41; stream += 2) {
        idle.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(PATH, token));
        idle.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, new byte[5]);
      }
      for (int i = 0; i < 20; i++) {
        assertThat(caller.ask().get(10, TimeUnit.SECONDS)).isNotNull();
      }
    }
  }
}
