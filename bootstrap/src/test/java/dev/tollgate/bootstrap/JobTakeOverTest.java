package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.ids.OperationId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.testing.Eventually;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Jobs of a node that says nothing any more.
class JobTakeOverTest {
  private final TestingGateway gateway = TestingGateway.shared();

  /// A row as a node leaves it that dies in the middle.
  private String left(String method, String input) throws SQLException {
    OperationId id = new OperationId(SampleIds.anId());
    gateway.sql(
        """
        insert into tollgate.operation (tenant_id, id, method, actor, surface, request_id, input,
          runner, beat, created_at)
        select t.id, '%s', '%s', 'admin_token', 'rest', 'call_00000000000000000000000000', %s,
          gen_random_uuid(), now() - interval '1 day', now() - interval '1 day'
        from tollgate.tenant t where t.id <> '%s'"""
            .formatted(id.value(), method, input, TenantId.PLATFORM.value()));
    return id.toString();
  }

  private JsonNode ended(String id) {
    return Eventually.answer(
        "the operation ends",
        Duration.ofSeconds(30),
        () -> gateway.manage("GET", "/operations/" + id, ""),
        operation -> !operation.path("state").asText().equals("running"));
  }

  @Test
  void oneThatCanBeRepeatedGoesOnHere() throws Exception {
    JsonNode operation = ended(left("VerifyLedger", "''"));
    assertThat(operation.path("state").asText()).isEqualTo("done");
    assertThat(operation.path("result").path("violations").isArray()).isTrue();
  }

  @Test
  void oneThatCannotIsInterrupted() throws Exception {
    JsonNode operation = ended(left("UpdateProvider", "null"));
    assertThat(operation.path("state").asText()).isEqualTo("failed");
    assertThat(operation.toString()).contains("operation_interrupted", "Begin it again");
  }

  /// A node that was stopped for a while finds out before it changes anything.
  @Test
  void oneThatWasTakenOverChangesNothingHere() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch taken = new CountDownLatch(1);
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, answer) -> {
              asked.countDown();
              assertThat(taken.await(20, TimeUnit.SECONDS)).isTrue();
              answer.json(200, "{\"data\":[]}");
            })) {
      String model = gateway.newModel("openai", upstream.baseUrl(), "m", "", "");
      JsonNode provider = gateway.provider(gateway.providerOf(model));
      String path = "/providers/" + provider.path("id").asText();
      JsonNode pending =
          gateway.manage(
              "PATCH",
              path + "?wait=PT0S",
              "{\"name\":\"changed\",\"credential\":\"sk-another-one\"}");
      String id = pending.at("/operation/id").asText();
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      gateway.sql(
          "update tollgate.operation set runner = gen_random_uuid() where id = '%s'"
              .formatted(OperationId.parse(id).value()));
      taken.countDown();
      Thread.sleep(2_000);
      assertThat(gateway.manage("GET", "/operations/" + id, "").path("state").asText())
          .isEqualTo("running");
      assertThat(gateway.manage("GET", path, "").path("name")).isEqualTo(provider.path("name"));
    }
  }
}
