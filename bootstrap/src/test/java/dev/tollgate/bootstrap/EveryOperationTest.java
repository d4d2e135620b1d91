package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import dev.tollgate.domain.authority.Grants;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.proto.OpenApi;
import dev.tollgate.proto.Operation;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The door of every operation, by REST and by gRPC: no token, a token that is none, another
/// tenant, and the administrator.
class EveryOperationTest {
  private static final TestingGateway GATEWAY = TestingGateway.shared();
  private static final String OTHER = "ten_00000000000000000000000001";
  private static final TestingGrpc ADMINISTRATOR =
      new TestingGrpc(GATEWAY.dev().grpcPort(), GATEWAY.adminToken());
  private static final TestingGrpc ON_HELIDON =
      new TestingGrpc(GATEWAY.dev().helidonGrpcPort(), GATEWAY.adminToken());
  private static final String NO_TOKEN = "tga_" + "x".repeat(43);
  private static final TestingGrpc STRANGER = new TestingGrpc(GATEWAY.dev().grpcPort(), NO_TOKEN);
  private static final TestingGrpc STRANGER_ON_HELIDON =
      new TestingGrpc(GATEWAY.dev().helidonGrpcPort(), NO_TOKEN);

  @AfterAll
  static void close() {
    for (TestingGrpc each : List.of(ADMINISTRATOR, ON_HELIDON, STRANGER, STRANGER_ON_HELIDON)) {
      each.close();
    }
  }

  static List<String> operations() {
    return Operation.ALL.stream().map(Operation::name).toList();
  }

  @ParameterizedTest
  @MethodSource("operations")
  void itsReasonsAreThoseOfTheCatalogue(String name) {
    assertThat(OpenApi.reasons(TestingGrpc.operation(name)))
        .doesNotHaveDuplicates()
        .allSatisfy(Reason::parse);
  }

  @ParameterizedTest
  @MethodSource("operations")
  void itsDoorIsShut(String name) {
    Operation operation = TestingGrpc.operation(name);
    assertThat(rest(operation, "", "")).isEqualTo("401 unauthenticated");
    assertThat(rest(operation, "Bearer " + NO_TOKEN, "")).isEqualTo("401 unauthenticated");
    assertThat(rest(operation, "Bearer " + GATEWAY.demoKey(), "")).isEqualTo("401 unauthenticated");
    assertThat(rest(operation, "Bearer " + GATEWAY.adminToken(), OTHER)).isEqualTo("404 not_found");
    var nothing = DynamicMessage.getDefaultInstance(operation.request());
    for (TestingGrpc each : List.of(STRANGER, STRANGER_ON_HELIDON)) {
      assertThat(each.ask(operation, nothing, Map.of()).reason()).isEqualTo("unauthenticated");
    }
    for (TestingGrpc each : List.of(ADMINISTRATOR, ON_HELIDON)) {
      assertThat(each.ask(operation, nothing, Map.of("x-tollgate-tenant", OTHER)).reason())
          .isEqualTo("not_found");
    }
  }

  /// Who manages the platform's catalogue may do what belongs to it, and nothing else.
  @ParameterizedTest
  @MethodSource("operations")
  void thePlatformIsManagedByWhatBelongsToIt(String name) {
    Operation operation = TestingGrpc.operation(name);
    Permission permission = Permission.parse(operation.rule().getPermission());
    boolean belongs = Grants.allIn(TenantId.PLATFORM).permissions().contains(permission);
    String rest = rest(operation, "Bearer " + GATEWAY.adminToken(), "platform");
    assertThat(rest.equals("403 permission_denied")).as(rest).isEqualTo(!belongs);
    if (!belongs) {
      var nothing = DynamicMessage.getDefaultInstance(operation.request());
      for (TestingGrpc each : List.of(ADMINISTRATOR, ON_HELIDON)) {
        assertThat(each.ask(operation, nothing, Map.of("x-tollgate-tenant", "platform")).reason())
            .isEqualTo("permission_denied");
      }
    }
  }

  /// An identifier of nothing, so that nothing is changed.
  ///
  /// @return status and code, or nothing when it was answered
  private static String rest(Operation operation, String authorization, String tenant) {
    String path = operation.path().replaceAll("\\{[^}]+}", "none");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(GATEWAY.url() + "/api/v1" + path))
            .method(operation.verb(), HttpRequest.BodyPublishers.noBody());
    if (!authorization.isEmpty()) {
      request.header("authorization", authorization);
    }
    if (!tenant.isEmpty()) {
      request.header("x-tollgate-tenant", tenant);
    }
    HttpResponse<String> answer = GATEWAY.send(request.build());
    if (answer.statusCode() / 100 == 2) {
      return "";
    }
    assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    return answer.statusCode() + " " + TestingGateway.json(answer.body()).path("code").asText();
  }
}
