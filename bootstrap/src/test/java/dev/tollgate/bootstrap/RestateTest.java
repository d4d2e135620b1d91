package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

/// A price that was wrong is put right by further entries.
class RestateTest {
  private final TestingGateway gateway = TestingGateway.shared();

  private String usage(String group, String project) {
    return gateway
        .manage("GET", "/usage?group_by=" + group + "&project=" + project, "")
        .path("total")
        .path("cost")
        .asText();
  }

  @Test
  void callsArePricedAgainAndNothingIsEdited() {
    try (PricedUpstream upstream = new PricedUpstream()) {
      String model = upstream.model(gateway);
      String provider = gateway.providerOf(model);
      String project = gateway.newProject();
      JsonNode key =
          gateway.newKey(
              project,
              "\"tags\":[\"red\",\"blue\"],\"budget\":{\"limit\":\"5\",\"window\":\"total\"}");
      for (int i = 0; i < 3; i++) {
        gateway.call(
            "/v1/chat/completions", key.path("key").asText(), PricedUpstream.body(model, 10));
      }
      assertThat(usage("key", project)).isEqualTo("0.03");
      gateway.manage(
          "PUT",
          "/prices",
          """
          {"provider":"%s","model":"m","effective_from":"2026-01-01T00:00:00Z",
           "input":"0","output":"1500.00"}"""
              .formatted(provider));
      String restate = "{\"provider\":\"%s\",\"model\":\"m\",\"from\":\"2026-01-01T00:00:00Z\"%s}";
      JsonNode dry = gateway.manage("POST", "/prices:restate", restate.formatted(provider, ""));
      assertThat(dry.path("dry_run").asBoolean()).isTrue();
      assertThat(dry.path("calls").asInt()).isEqualTo(3);
      assertThat(dry.path("data").get(0).path("difference").asText()).isEqualTo("0.015");
      assertThat(usage("key", project)).isEqualTo("0.03");
      String real = restate.formatted(provider, ",\"dry_run\":false,\"reason\":\"list price\"");
      assertThat(gateway.manage("POST", "/prices:restate", real).path("calls").asInt())
          .isEqualTo(3);
      assertThat(gateway.manage("POST", "/prices:restate", real).path("calls").asInt()).isZero();
      for (String group : new String[] {"key", "project", "member", "model"}) {
        assertThat(usage(group, project)).as(group).isEqualTo("0.045");
      }
      JsonNode byTag =
          gateway.manage("GET", "/usage?group_by=tag&interval=month&project=" + project, "");
      assertThat(byTag.path("data")).hasSize(2);
      assertThat(byTag.path("data").get(0).path("cost").asText()).isEqualTo("0.045");
      assertThat(gateway.budgetOf(key).path("settled").asText()).isEqualTo("0.045");
      assertThat(gateway.lastCall(key.path("id").asText()).path("cost").asText())
          .isEqualTo("0.015");
      assertThat(gateway.manage("POST", "/ledger/verify", "").path("violations")).isEmpty();
    }
  }
}
