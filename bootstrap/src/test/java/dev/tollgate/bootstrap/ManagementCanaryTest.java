package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Secrets that management was given or made come out once, or nowhere.
class ManagementCanaryTest {
  private static final String DIGEST = "ca9a41ca9a41" + "0".repeat(52);
  private static final String CREDENTIAL = "sk-canary-of-grpc-0123456789";

  private final TestingGateway gateway = TestingGateway.shared();

  /// Webhooks, imported keys and credentials that are changed, by whatever surface.
  @Test
  void secretsStayInsideOnEverySurface() {
    try (Watched watched = new Watched();
        ScriptedUpstream upstream =
            ScriptedUpstream.start(
                (request, to) -> to.json(401, refused(request.header("authorization"))))) {
      JsonNode webhook =
          gateway.manage(
              "POST",
              "/notifications/webhooks",
              "{\"url\":\"http://127.0.0.1:9/canary\",\"allow_private_network\":true}");
      String hook = webhook.path("secret").asText();
      String model = gateway.newModel("openai", upstream.baseUrl(), "m", "", "");
      String provider = gateway.provider(gateway.providerOf(model)).path("id").asText();
      for (int port : new int[] {gateway.dev().grpcPort(), gateway.dev().helidonGrpcPort()}) {
        ask(watched, port, gateway.newProject(), provider);
      }
      look(watched);
      // Other tests wait until each webhook is told.
      gateway.tryManage("DELETE", "/notifications/webhooks/" + webhook.path("id").asText(), "");
      assertThat(hook).startsWith("whsec_");
      assertThat(upstream.received()).anyMatch(each -> each.head().contains(CREDENTIAL));
      for (String each : List.of(hook, DIGEST, CREDENTIAL)) {
        assertThat(watched.around(each)).isEmpty();
      }
    }
  }

  private static String refused(String told) {
    return "{\"error\":{\"message\":\"Incorrect API key provided: " + told + "\"}}";
  }

  private void ask(Watched watched, int port, String project, String provider) {
    try (TestingGrpc grpc = new TestingGrpc(port, gateway.adminToken())) {
      watched.add(
          grpc.ask(
                  "ImportKey",
                  "{\"name\":\"in\",\"project\":\"%s\",\"secret_sha256\":\"%s\"}"
                      .formatted(project, DIGEST))
              .toString());
      watched.add(
          grpc.ask(
                  "UpdateProvider",
                  "{\"id\":\"%s\",\"credential\":\"%s\"}".formatted(provider, CREDENTIAL))
              .toString());
      String create = "{\"name\":\"grpc\",\"project\":\"" + project + "\"}";
      Map<String, String> once = Map.of("idempotency-key", "canary-" + port);
      String made = grpc.ask("CreateKey", create, once).messages().getFirst();
      String secret = TestingGateway.json(made).path("key").asText();
      assertThat(secret).startsWith("tgk_");
      watched.add(grpc.ask("CreateKey", create, once).toString());
      watched.add(grpc.ask("ListAuditEvents", "{\"limit\":100}").toString());
      assertThat(watched.around(secret)).isEmpty();
    }
  }

  private void look(Watched watched) {
    for (String path :
        List.of(
            "/notifications/webhooks",
            "/notifications",
            "/keys?limit=100",
            "/providers?limit=100",
            "/operations?limit=100",
            "/audit-events?limit=100")) {
      watched.add(gateway.tryManage("GET", path, ""));
    }
  }
}
