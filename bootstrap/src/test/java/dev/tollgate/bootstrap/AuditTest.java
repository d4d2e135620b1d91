package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Who changed what stands in the audit log, once, without secrets.
class AuditTest {
  private final TestingGateway gateway = TestingGateway.shared();

  private JsonNode events(String object) {
    return gateway.manage("GET", "/audit-events?limit=100&object=" + object, "").path("data");
  }

  @Test
  void eachChangeIsThereWithWhatWasAndWhatIs() {
    JsonNode key = gateway.newKey(gateway.newProject(), "\"tags\":[\"a\"]");
    String id = key.path("id").asText();
    HttpResponse<String> renamed =
        gateway.tryManage("PATCH", "/keys/" + id, "{\"name\":\"renamed\"}");
    try (TestingGrpc grpc = new TestingGrpc(gateway.dev().grpcPort(), gateway.adminToken())) {
      assertThat(grpc.ask("RevokeKey", "{\"id\":\"" + id + "\"}").code()).isEqualTo("OK");
    }
    JsonNode events = events(id);
    assertThat(events).hasSize(3);
    JsonNode revoked = events.get(0);
    JsonNode changed = events.get(1);
    JsonNode made = events.get(2);
    assertThat(List.of(made, changed, revoked))
        .extracting(each -> each.path("action").asText())
        .containsExactly("key.create", "key.update", "key.revoke");
    assertThat(made.path("before").isNull()).isTrue();
    assertThat(made.path("after").path("tags").get(0).asText()).isEqualTo("a");
    assertThat(changed.path("before").path("name")).isEqualTo(key.path("name"));
    assertThat(changed.path("after").path("name").asText()).isEqualTo("renamed");
    assertThat(changed.path("actor").asText()).isEqualTo("admin_token");
    assertThat(changed.path("surface").asText()).isEqualTo("rest");
    assertThat(changed.path("request_id").asText())
        .isEqualTo(renamed.headers().firstValue("x-request-id").orElseThrow());
    assertThat(revoked.path("surface").asText()).isEqualTo("grpc");
    assertThat(revoked.path("after").path("status").asText()).isEqualTo("revoked");
    assertThat(events.toString()).doesNotContain(key.path("key").asText());
  }

  @Test
  void aRepeatADryRunAndARefusalLeaveNothing() {
    String project = gateway.newProject();
    assertThat(gateway.tryManage("PATCH", "/projects/" + project, "{\"name\":\"\"}").statusCode())
        .isEqualTo(400);
    assertThat(
            gateway
                .tryManage("PATCH", "/projects/" + project + "?dry_run=true", "{\"name\":\"x\"}")
                .statusCode())
        .isEqualTo(200);
    try (TestingGrpc grpc = new TestingGrpc(gateway.dev().grpcPort(), gateway.adminToken())) {
      String request =
          "{\"name\":\"%s\",\"project\":\"%s\"}"
              .formatted(TestingGateway.unique("repeated"), project);
      Map<String, String> same = Map.of("idempotency-key", TestingGateway.unique("repeat"));
      String first = grpc.ask("CreateKey", request, same).messages().getFirst();
      grpc.ask("CreateKey", request, same);
      assertThat(events(TestingGateway.json(first).path("id").asText())).hasSize(1);
    }
    assertThat(events(project)).hasSize(1);
  }

  @Test
  void whoReadsWhatWasSaidIsThere() {
    String project = gateway.newProject();
    JsonNode key = gateway.newKey(project, "\"capture\":\"full\"");
    gateway.call(
        "/v1/chat/completions",
        key.path("key").asText(),
        "{\"model\":\"sim-small\",\"messages\":[{\"role\":\"user\",\"content\":\"sesame\"}]}");
    String call = gateway.lastCall(key.path("id").asText()).path("id").asText();
    for (int i = 0; i < 100; i++) {
      if (gateway.manage("GET", "/calls/" + call, "").toString().contains("sesame")) {
        break;
      }
    }
    JsonNode events = events(call);
    assertThat(events).isNotEmpty();
    assertThat(events.get(0).path("action").asText()).isEqualTo("call.read_content");
    assertThat(events.toString()).doesNotContain("sesame");
  }
}
