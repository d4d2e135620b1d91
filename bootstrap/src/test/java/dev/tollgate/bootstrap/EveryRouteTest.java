package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.bootstrap.RawSocket.Heard;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Every kind of route under every kind of framing. A request hides in each body; a server that
/// answers without reading it must end the connection, or it would run.
class EveryRouteTest {
  private static final String ANSWER =
      """
      {"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[],\
      "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";

  final TestingGateway gateway = TestingGateway.shared();
  private ScriptedUpstream upstream;
  private JsonNode hiddenKey;
  private String key;
  private String hidden;

  @BeforeEach
  void setUp() {
    upstream = ScriptedUpstream.start((_, to) -> to.json(200, ANSWER));
    String model = gateway.newModel("openai", upstream.baseUrl());
    String project = gateway.newProject();
    key = gateway.newKey(project, "").path("key").asText();
    hiddenKey = gateway.newKey(project, "");
    String body =
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hidden-request\"}]}"
            .formatted(model);
    hidden =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
            + hiddenKey.path("key").asText()
            + "\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body;
  }

  @AfterEach
  void tearDown() {
    upstream.close();
  }

  /// @param head first line and credentials, without the empty line
  record Route(String head, boolean ops) {}

  /// @param headers of the framing
  /// @param body sent behind the head
  /// @param late whether the body is sent only after the answer, as a proxy would that waited for
  ///   100
  record Framing(String name, String headers, String body, boolean late) {}

  @Test
  void whatHidesInABodyNeverRuns() throws Exception {
    Map<String, String> faults = new ConcurrentSkipListMap<>();
    List<Future<?>> running = new ArrayList<>();
    int exchanges = 0;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Route route : routes()) {
        for (Framing framing : framings()) {
          exchanges++;
          running.add(threads.submit(() -> exchange(route, framing, faults)));
        }
      }
      for (Future<?> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
    }

    assertThat(exchanges).isGreaterThan(250);
    assertThat(faults).isEmpty();
    Thread.sleep(300);
    assertThat(upstream.received()).noneMatch(each -> each.body().contains("hidden-request"));
    assertThat(
            gateway
                .manage("GET", "/calls?limit=1&key=" + hiddenKey.path("id").asText(), "")
                .path("data"))
        .isEmpty();
  }

  @Test
  void requestsWithoutABodyShareAConnection() {
    for (Route route : routes()) {
      if (!route.head().startsWith("GET ")) {
        continue;
      }
      try (RawSocket raw = RawSocket.connect(port(route))) {
        String one = route.head() + "\r\nHost: a\r\n\r\n";
        raw.send(
            (one + one.replace("Host: a", "Host: a\r\nConnection: close"))
                .getBytes(StandardCharsets.US_ASCII));
        Heard heard = raw.hear(Duration.ofSeconds(10));

        assertThat(heard.answers()).as(route.head()).isEqualTo(2);
        assertThat(heard.closed()).as(route.head()).isTrue();
      }
    }
  }

  @Test
  void whoClosesOneHalfIsAnswered() {
    for (Route route : routes()) {
      try (RawSocket raw = RawSocket.connect(port(route))) {
        raw.send((route.head() + "\r\nHost: a\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        raw.finish();
        Heard heard = raw.hear(Duration.ofSeconds(10));

        assertThat(heard.answers()).as(route.head()).isOne();
        assertThat(heard.closed()).as(route.head()).isTrue();
      }
    }
  }

  @Test
  void aHeadHasNoBody() {
    for (String path : List.of("/", "/v1/models", "/api/hello")) {
      assertHeadOnly(
          new Route("HEAD " + path + " HTTP/1.1\r\nAuthorization: Bearer " + key, false));
    }
    for (String path : List.of("/health", "/health/live", "/health/ready", "/metrics")) {
      assertHeadOnly(new Route("HEAD " + path + " HTTP/1.1", true));
    }
  }

  private void assertHeadOnly(Route route) {
    Heard heard =
        RawSocket.exchange(port(route), route.head() + "\r\nHost: a\r\nConnection: close\r\n\r\n");

    assertThat(heard.status()).as(route.head()).isEqualTo(200);
    assertThat(heard.body()).as(route.head()).isEmpty();
  }

  void exchange(Route route, Framing framing, Map<String, String> faults) {
    try (RawSocket raw = RawSocket.connect(port(route))) {
      String head = route.head() + "\r\nHost: a\r\n" + framing.headers() + "\r\n";
      raw.send((head + (framing.late() ? "" : framing.body())).getBytes(StandardCharsets.US_ASCII));
      if (framing.late()) {
        raw.hear(Duration.ofMillis(700));
        raw.send(framing.body().getBytes(StandardCharsets.US_ASCII));
      }
      raw.finish();
      Heard heard = raw.hear(Duration.ofSeconds(20));
      if (!heard.closed() || heard.answers() > 1) {
        faults.put(
            route.head().lines().findFirst().orElse("") + " / " + framing.name(),
            heard.answers() + " answers, closed: " + heard.closed());
      }
    }
  }

  /// Where a route is asked for.
  int port(Route route) {
    return route.ops() ? gateway.dev().opsPort() : gateway.dev().port();
  }

  List<Framing> framings() {
    String length = "Content-Length: " + hidden.length() + "\r\n";
    String chunk = Integer.toHexString(hidden.length()) + "\r\n" + hidden + "\r\n0\r\n\r\n";
    String expect = "Expect: 100-continue\r\n";
    String chunked = "Transfer-Encoding: chunked\r\n";
    return List.of(
        new Framing("length", length, hidden, false),
        new Framing("length, late", length, hidden, true),
        new Framing("chunked", chunked, chunk, false),
        new Framing("chunked that hides behind its end", chunked, "0\r\n\r\n" + hidden, false),
        new Framing("expect and length", expect + length, hidden, false),
        new Framing("expect and length, late", expect + length, hidden, true),
        new Framing("expect and chunked", expect + chunked, chunk, false),
        new Framing("expect something else", "Expect: x\r\n" + length, hidden, true),
        new Framing("expect without a body", expect, hidden, true),
        new Framing("both", length + chunked, chunk, false),
        new Framing("a longer length", "Content-Length: 999999999\r\n", hidden, false));
  }

  List<Route> routes() {
    String admin = "\r\nAuthorization: Bearer " + gateway.adminToken();
    String caller = "\r\nAuthorization: Bearer " + key;
    List<Route> routes = new ArrayList<>();
    for (String line :
        List.of(
            "GET /",
            "POST /",
            "PUT /",
            "GET /v1/models",
            "POST /v1/models",
            "GET /v1/key",
            "POST /v1/nowhere",
            "DELETE /v1/chat/completions",
            "POST /v1/chat/completions",
            "POST /v1/responses",
            "POST /v1/messages",
            "POST /messages",
            "POST /v1/embeddings",
            "POST /v1//chat/completions",
            "GET /nowhere")) {
      routes.add(new Route(line + " HTTP/1.1", false));
      routes.add(new Route(line + " HTTP/1.1" + caller, false));
    }
    for (String line :
        List.of(
            "GET /api/v1/projects",
            "POST /api/v1/projects",
            "POST /api/v1/nowhere",
            "PATCH /api/v1/projects",
            "POST /api/v1/ledger/verify")) {
      routes.add(new Route(line + " HTTP/1.1", false));
      routes.add(new Route(line + " HTTP/1.1" + admin, false));
    }
    for (String line : List.of("GET /health/live", "POST /metrics", "GET /nowhere")) {
      routes.add(new Route(line + " HTTP/1.1", true));
    }
    return routes;
  }
}
