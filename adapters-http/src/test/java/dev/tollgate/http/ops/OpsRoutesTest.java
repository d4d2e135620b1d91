package dev.tollgate.http.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.metrics.api.MeterRegistry;
import io.helidon.service.registry.Services;
import io.helidon.webserver.WebServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class OpsRoutesTest {
  /// A node on which the ledger's writer does not stay up is restarted by the orchestrator that
  /// watches it.
  @Test
  void aDeadWriterIsNotAlive() throws Exception {
    AtomicReference<List<String>> dead = new AtomicReference<>(List.of());
    WebServer server =
        WebServer.builder()
            .host("127.0.0.1")
            .port(0)
            .routing(
                routing ->
                    routing.register(
                        new OpsRoutes(Services.get(MeterRegistry.class), dead::get, List::of)))
            .build()
            .start();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest live =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/health/live"))
              .build();
      HttpResponse<String> up = client.send(live, HttpResponse.BodyHandlers.ofString());
      assertThat(up.statusCode()).isEqualTo(200);
      dead.set(List.of("ledger writer"));
      HttpResponse<String> down = client.send(live, HttpResponse.BodyHandlers.ofString());
      assertThat(down.statusCode()).isEqualTo(503);
      assertThat(down.body()).contains("DOWN", "ledger writer");
    } finally {
      server.stop();
    }
  }
}
