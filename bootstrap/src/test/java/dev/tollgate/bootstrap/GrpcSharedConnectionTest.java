package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.proto.Operation;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a call says or does is its own affair: others on the connection go on.
class GrpcSharedConnectionTest {
  private static final TestingGateway GATEWAY = TestingGateway.shared();
  private static final String PATH = "/tollgate.admin.v1.ProjectService/ListProjects";
  private static final String CALL =
      """
      {"model":"sim-small","messages":[{"role":"user","content":"x"}]}""";
  private static final String TOKEN = "Bearer " + GATEWAY.adminToken();

  @ParameterizedTest
  @ValueSource(strings = {" lead", "trail ", "\ttab", "a\u0001b", "a\u007fb", "\u00e9", ""})
  void oddMetadataEndNoOtherCall(String value) throws Exception {
    for (int port : new int[] {GATEWAY.dev().grpcPort(), GATEWAY.dev().helidonGrpcPort()}) {
      try (RawHttp2 caller = new RawHttp2(port, false)) {
        caller.greet(new byte[0]);
        caller.openWindow();
        begin(caller, 1);
        begin(caller, 3, "x-note", value);
        end(caller, 3);
        assertThat(caller.statusOf(3, 10_000)).as("port %d", port).isIn("0", "reset", "none");
        end(caller, 1);
        assertThat(caller.statusOf(1, 10_000)).as("port %d", port).isEqualTo("0");
      }
    }
  }

  /// A client in Java answers each row that comes after its cancel with a reset.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void cancelledExportsEndNoOtherCall(boolean helidon) throws Exception {
    int rows = 300;
    String key = GATEWAY.newKey(GATEWAY.newProject(), "").path("key").asText();
    for (int i = 0; i < rows; i++) {
      assertThat(GATEWAY.call("/v1/chat/completions", key, CALL).statusCode()).isEqualTo(200);
    }
    int port = helidon ? GATEWAY.dev().helidonGrpcPort() : GATEWAY.dev().grpcPort();
    Operation export = TestingGrpc.operation("ExportCalls");
    try (TestingGrpc caller = new TestingGrpc(port, GATEWAY.adminToken())) {
      for (int i = 0; i < 10; i++) {
        CancellableContext cancelled = Context.current().withCancellation();
        cancelled.run(() -> assertThat(caller.stream(export).next()).isNotNull());
        cancelled.cancel(null);
      }
      assertThat(caller.stream(export)).toIterable().hasSizeGreaterThanOrEqualTo(rows);
    }
  }

  private static void begin(RawHttp2 caller, int stream, String... more) throws Exception {
    String[] all = new String[more.length + 2];
    all[0] = "authorization";
    all[1] = TOKEN;
    System.arraycopy(more, 0, all, 2, more.length);
    caller.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, stream, RawHttp2.call(PATH, all));
  }

  private static void end(RawHttp2 caller, int stream) throws Exception {
    caller.frame(RawHttp2.DATA, RawHttp2.END_STREAM, stream, RawHttp2.framed(new byte[0]));
  }
}
