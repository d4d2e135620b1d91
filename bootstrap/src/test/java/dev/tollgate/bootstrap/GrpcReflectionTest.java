package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.tollgate.proto.Operation;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the scripts of docs/grpcurl do, by a client in Java that needs nothing but reflection.
class GrpcReflectionTest {
  private static final TestingGateway GATEWAY = TestingGateway.shared();

  private static ReflectedGrpc client(boolean helidon) {
    return new ReflectedGrpc(
        helidon ? GATEWAY.dev().helidonGrpcPort() : GATEWAY.dev().grpcPort(), GATEWAY.adminToken());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyServiceIsListed(boolean helidon) throws Exception {
    try (ReflectedGrpc client = client(helidon)) {
      List<String> services = client.services();
      for (var service : Operation.services()) {
        assertThat(services).contains(service.getFullName());
      }
      assertThat(services)
          .contains("grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAdministratorsDayNeedsNoFile(boolean helidon) throws Exception {
    try (ReflectedGrpc client = client(helidon)) {
      Message key =
          client
              .ask(
                  "KeyService",
                  "CreateKey",
                  "name: 'reflected' project: '%s' budget { limit: '5.00' window: BUDGET_WINDOW_DAY }"
                      .formatted(GATEWAY.newProject()))
              .getFirst();
      String secret = ReflectedGrpc.member(key, "key").toString();
      assertThat(secret).startsWith("tgk_");

      client.ask(
          "BudgetService",
          "AddRaise",
          "id: '%s' amount: '2.00' reason: 'launch'"
              .formatted(ReflectedGrpc.member(key, "budget.id")));
      Object id = ReflectedGrpc.member(key, "id");
      Message budgets =
          client
              .ask(
                  "BudgetService",
                  "ListBudgets",
                  "scope: BUDGET_SCOPE_KEY scope_id: '%s'".formatted(id))
              .getFirst();
      assertThat(budgets.toString()).contains("7.00");

      for (int i = 0; i < 3; i++) {
        GATEWAY.call("/v1/embeddings", secret, "{\"model\":\"sim-embed\",\"input\":\"x\"}");
      }
      GATEWAY.lastCall(id.toString());
      assertThat(client.ask("CallService", "ExportCalls", "key: '%s'".formatted(id))).hasSize(3);

      Message books = client.ask("LedgerService", "VerifyLedger", "").getFirst();
      assertThat(ReflectedGrpc.member(books, "ok")).isEqualTo(true);
      Message operation =
          client
              .ask(
                  "OperationService",
                  "GetOperation",
                  "id: '%s'".formatted(ReflectedGrpc.member(books, "operation.id")))
              .getFirst();
      assertThat(ReflectedGrpc.member(operation, "state").toString())
          .isEqualTo("OPERATION_STATE_DONE");
    }
  }
}
