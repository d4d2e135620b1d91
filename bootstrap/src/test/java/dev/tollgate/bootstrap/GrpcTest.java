package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import dev.tollgate.proto.Operation;
import dev.tollgate.proto.v1.UpdateProjectRequest;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Management over gRPC, as a client in Java meets it.
class GrpcTest {
  private static final TestingGateway GATEWAY = TestingGateway.shared();
  private static final TestingGrpc GRPC =
      new TestingGrpc(GATEWAY.dev().grpcPort(), GATEWAY.adminToken());

  @AfterAll
  static void close() {
    GRPC.close();
  }

  @Test
  void aKeyIsMadeAndItsRepeatShowsNoSecret() {
    String request =
        "{\"name\":\"%s\",\"project\":\"%s\"}"
            .formatted(TestingGateway.unique("grpc"), GATEWAY.newProject());
    Map<String, String> under = Map.of("idempotency-key", TestingGateway.unique("idem"));
    TestingGrpc.Answer first = GRPC.ask("CreateKey", request, under);
    assertThat(first.code()).as(first.detail()).isEqualTo("OK");
    JsonNode key = TestingGateway.json(first.messages().getFirst());
    assertThat(key.path("key").asText()).startsWith("tgk_");
    assertThat(GATEWAY.get("/v1/key", key.path("key").asText()).statusCode()).isEqualTo(200);
    assertThat(first.header("x-request-id")).startsWith("call_");
    assertThat(first.header("idempotent-replayed")).isNull();

    TestingGrpc.Answer again = GRPC.ask("CreateKey", request, under);
    JsonNode replay = TestingGateway.json(again.messages().getFirst());
    assertThat(replay.path("id")).isEqualTo(key.path("id"));
    assertThat(replay.path("key").isNull()).isTrue();
    assertThat(replay.path("secret_shown").asBoolean()).isTrue();
    assertThat(again.header("idempotent-replayed")).isEqualTo("true");
  }

  @Test
  void anErrorNamesReasonFieldAndRequest() {
    TestingGrpc.Answer answer =
        GRPC.ask("CreateKey", "{\"name\":\"\",\"project\":\"prj_x\"}", Map.of());
    assertThat(answer.code()).isEqualTo("INVALID_ARGUMENT");
    assertThat(answer.reason()).isEqualTo("invalid_request");
    assertThat(answer.field()).isEqualTo("name");
    assertThat(answer.detail()).isEqualTo("name must have 1 to 100 characters.");
  }

  @Test
  void aStrangerIsTurnedAwayBeforeHisMessage() throws Exception {
    try (TestingGrpc stranger =
        new TestingGrpc(GATEWAY.dev().grpcPort(), "tga_" + "x".repeat(43))) {
      TestingGrpc.Answer answer = stranger.ask("ListKeys", "{}");
      assertThat(answer.code()).isEqualTo("UNAUTHENTICATED");
      assertThat(answer.reason()).isEqualTo("unauthenticated");
      // Nothing is sent after the headers: a server that waited for the message would stay silent.
      var call =
          stranger
              .channel()
              .newCall(
                  // Of another kind of call, the client keeps the headers back.
                  TestingGrpc.method(TestingGrpc.operation("ListKeys")).toBuilder()
                      .setType(io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING)
                      .build(),
                  CallOptions.DEFAULT);
      BlockingQueue<String> closed = new ArrayBlockingQueue<>(1);
      call.start(
          new io.grpc.ClientCall.Listener<>() {
            @Override
            public void onClose(io.grpc.Status status, io.grpc.Metadata trailers) {
              closed.add(status.getCode().name());
            }
          },
          new io.grpc.Metadata());
      call.request(1);
      assertThat(closed.poll(10, TimeUnit.SECONDS)).isEqualTo("UNAUTHENTICATED");
    }
  }

  @Test
  void aFieldThatTheServerDoesNotKnowIsRefused() {
    Operation operation = TestingGrpc.operation("GetKey");
    Message request =
        DynamicMessage.newBuilder(operation.request())
            .setField(operation.request().findFieldByName("id"), "key_x")
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        99,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFromUtf8("x"))
                            .build())
                    .build())
            .build();
    TestingGrpc.Answer answer = GRPC.ask(operation, request, Map.of());
    assertThat(answer.code()).isEqualTo("INVALID_ARGUMENT");
    assertThat(answer.detail()).contains("99");
  }

  @Test
  void aDryRunChangesNothing() {
    String project = GATEWAY.newProject();
    TestingGrpc.Answer answer =
        GRPC.ask(
            "CreateKey",
            "{\"name\":\"dry\",\"project\":\"" + project + "\"}",
            Map.of("dry-run", "true"));
    assertThat(answer.code()).as(answer.detail()).isEqualTo("OK");
    assertThat(answer.messages().getFirst()).contains("\"dry\"").doesNotContain("tgk_");
    assertThat(GATEWAY.manage("GET", "/keys?project=" + project, "").path("data")).isEmpty();
  }

  @Test
  void aMaskClearsWhatItNames() {
    String id =
        GATEWAY
            .newKey(GATEWAY.newProject(), "\"owner\":null,\"tags\":[\"a\"],\"models\":[\"x\"]")
            .path("id")
            .asText();
    TestingGrpc.Answer answer =
        GRPC.ask("UpdateKey", "{\"id\":\"" + id + "\",\"models\":null,\"tags\":[\"b\"]}");
    assertThat(answer.code()).as(answer.detail()).isEqualTo("OK");
    JsonNode key = TestingGateway.json(answer.messages().getFirst());
    assertThat(key.path("models").isNull()).isTrue();
    assertThat(key.path("tags").get(0).asText()).isEqualTo("b");
  }

  /// A caller may send the whole object that it has read.
  @Test
  void whatTheMaskDoesNotNameStays() {
    JsonNode project = GATEWAY.manage("GET", "/projects/" + GATEWAY.newProject(), "");
    UpdateProjectRequest whole =
        UpdateProjectRequest.newBuilder()
            .setId(project.path("id").asText())
            .setName("stale")
            .setRetentionDays(30)
            .setUpdateMask(FieldMask.newBuilder().addPaths("retention_days"))
            .build();
    TestingGrpc.Answer answer = GRPC.ask(TestingGrpc.operation("UpdateProject"), whole, Map.of());
    assertThat(answer.code()).as(answer.detail()).isEqualTo("OK");
    JsonNode after = GATEWAY.manage("GET", "/projects/" + project.path("id").asText(), "");
    assertThat(after.path("name")).isEqualTo(project.path("name"));
    assertThat(after.path("retention_days").asInt()).isEqualTo(30);
  }

  @Test
  void aJobIsWaitedForOrAskedFor() {
    TestingGrpc.Answer whole = GRPC.ask("VerifyLedger", "{}");
    JsonNode done = TestingGateway.json(whole.messages().getFirst());
    assertThat(done.path("ok").asBoolean()).isTrue();
    assertThat(done.path("operation").path("state").asText()).isEqualTo("done");
    TestingGrpc.Answer pending = GRPC.ask("VerifyLedger", "{}", Map.of("wait", "PT0S"));
    assertThat(pending.code()).isEqualTo("OK");
    String id =
        TestingGateway.json(pending.messages().getFirst()).path("operation").path("id").asText();
    assertThat(GRPC.ask("GetOperation", "{\"id\":\"" + id + "\"}").code()).isEqualTo("OK");
  }

  @Test
  void whatIsNoMessageIsAnsweredAsAnyOtherError() {
    Operation operation = TestingGrpc.operation("GetKey");
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(operation.fullName())
            .setRequestMarshaller(new Bytes())
            .setResponseMarshaller(new Bytes())
            .build();
    assertThatThrownBy(
            () ->
                ClientCalls.blockingUnaryCall(
                    ClientInterceptors.intercept(
                        GRPC.channel(), MetadataUtils.newAttachHeadersInterceptor(token())),
                    method,
                    CallOptions.DEFAULT,
                    new byte[] {-1, -1, -1}))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
              assertThat(String.valueOf(StatusProto.fromThrowable(e))).contains("ErrorInfo");
            });
  }

  private static Metadata token() {
    Metadata token = new Metadata();
    token.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + GATEWAY.adminToken());
    return token;
  }

  @Test
  void metadataThatStandsTwiceIsRefused() {
    Metadata twice = token();
    Metadata.Key<String> dry = Metadata.Key.of("dry-run", Metadata.ASCII_STRING_MARSHALLER);
    twice.put(dry, "true");
    twice.put(dry, "false");
    Operation operation = TestingGrpc.operation("CreateProject");
    assertThatThrownBy(
            () ->
                ClientCalls.blockingUnaryCall(
                    ClientInterceptors.intercept(
                        GRPC.channel(), MetadataUtils.newAttachHeadersInterceptor(twice)),
                    TestingGrpc.method(operation),
                    CallOptions.DEFAULT,
                    DynamicMessage.getDefaultInstance(operation.request())))
        .hasMessageContaining("dry-run stands twice");
  }

  @Test
  void healthSaysThatItServes() {
    assertThat(
            HealthGrpc.newBlockingStub(GRPC.channel())
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
  }
}
