package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.bootstrap.MalformedBodies.Expected;
import dev.tollgate.bootstrap.MalformedBodies.Sample;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Bodies that are not requests are refused at once, in the caller's dialect, and harm nobody.
class MalformedBodiesTest {
  private static final int BODIES = 10_000;
  private static final int THREADS = 4;
  private static final Duration SOON = Duration.ofSeconds(2);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ANSWER =
      """
      {"id":"a","object":"chat.completion","created":1,"model":"m","choices":[],"input_tokens":3,\
      "usage":{"prompt_tokens":1,"completion_tokens":1,"input_tokens":1,"output_tokens":1,\
      "total_tokens":2}}""";

  private final TestingGateway gateway = TestingGateway.shared();
  private final Queue<String> faults = new ConcurrentLinkedQueue<>();
  private ScriptedUpstream upstream;
  private String key;
  private String openAiModel;
  private String anthropicModel;

  @BeforeEach
  void setUp() {
    upstream = ScriptedUpstream.start((_, to) -> to.json(200, ANSWER));
    openAiModel = gateway.newModel("openai", upstream.baseUrl());
    anthropicModel = gateway.newModel("anthropic", upstream.baseUrl());
    // A changed digit must not lead to a model of another test.
    String models = "\"models\":[\"" + openAiModel + "\",\"" + anthropicModel + "\",\"sim-small\"]";
    key = gateway.newKey(gateway.newProject(), models).path("key").asText();
  }

  @AfterEach
  void tearDown() {
    upstream.close();
  }

  @Test
  void refusesTenThousandMalformedBodies() throws Exception {
    long seed = Long.getLong("tollgate.seed", System.nanoTime());

    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (int i = 0; i < THREADS; i++) {
        MalformedBodies bodies = bodies(seed + i);
        running.add(threads.submit(() -> sendMany(bodies)));
      }
      for (Future<?> each : running) {
        each.get();
      }
    }

    assertThat(faults).as("seed %d (-Dtollgate.seed)", seed).isEmpty();
    assertThat(servedAsUsual()).isEqualTo(200);
  }

  @Test
  void refusesHeavyBodies() {
    bodies(1).heavy().forEach(this::send);

    assertThat(faults).isEmpty();
    assertThat(servedAsUsual()).isEqualTo(200);
  }

  @Test
  void refusesBodiesThatAreTooLarge() {
    byte[] large = " ".repeat((32 << 20) + 1).getBytes(StandardCharsets.UTF_8);
    byte[] largeForManagement = " ".repeat((1 << 20) + 1).getBytes(StandardCharsets.UTF_8);

    assertThat(
            answer(new Sample("large", "/v1/messages", large, false, Expected.REFUSED))
                .statusCode())
        .isEqualTo(413);
    assertThat(
            answer(new Sample("large", "/api/v1/keys", largeForManagement, false, Expected.REFUSED))
                .statusCode())
        .isEqualTo(413);
  }

  @Test
  void keepsCallsWhoseTextsNoDatabaseTakes() throws Exception {
    for (String text : List.of("a\\u0000b", "\\ud800", "\\udc00\\ud800", "\\uffff", "\\u202e")) {
      String body =
          """
          {"model":"%s","messages":[{"role":"user","content":"%s"}],"user":"%s",
           "service_tier":"%s","metadata":{"%s":"%s"}}"""
              .formatted(openAiModel, text, text, text, text, text);
      HttpResponse<String> response = gateway.call("/v1/chat/completions", key, body);

      assertThat(response.statusCode()).as(text).isLessThan(500);
      assertThat(response.headers().firstValue("x-tollgate-settlement")).as(text).isEmpty();
      gateway.recorded(response.headers().firstValue("x-request-id").orElseThrow());
    }
  }

  @Test
  void refusesTextsNoDatabaseTakesInManagement() {
    for (String text : List.of("a\\u0000b", "\\ud800")) {
      for (String member :
          List.of(
              "\"name\":\"%s\"",
              "\"name\":\"n\",\"tags\":[\"%s\"]",
              "\"name\":\"n\",\"metadata\":{\"a\":\"%s\"}",
              "\"name\":\"n\",\"metadata\":{\"%s\":\"a\"}",
              "\"name\":\"n\",\"models\":[\"%s\"]")) {
        String body =
            "{\"project\":\"" + gateway.newProject() + "\"," + member.formatted(text) + "}";
        assertThat(gateway.tryManage("POST", "/keys", body).statusCode())
            .as(body)
            .isBetween(200, 499);
      }
    }
  }

  @Test
  void refusesAmountsAndTimesOutOfThisWorld() {
    String project = gateway.newProject();
    List<Sample> samples = new ArrayList<>();
    for (String amount :
        List.of(
            "1e99999999",
            "1e-99999999",
            "-1e2147483647",
            "9".repeat(90_000),
            "NaN",
            "Infinity",
            "0x1p3",
            "",
            " ",
            "1,5",
            "\\u0661",
            "9223372036854775808")) {
      String price =
          "{\"provider\":\"simulated\",\"model\":\"m\",\"effective_from\":"
              + "\"2026-01-01T00:00:00Z\",\"input\":\"";
      samples.add(management("amount", "/api/v1/prices", price + amount + "\",\"output\":\"1\"}"));
    }
    for (String time :
        List.of(
            "+999999999-12-31T23:59:59Z",
            "-999999999-01-01T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "now",
            "")) {
      String named = "{\"name\":\"n\",\"project\":\"" + project + "\",\"expires_at\":\"";
      samples.add(management("time", "/api/v1/keys", named + time + "\"}"));
    }
    for (String days : List.of("-1", "2147483648", "1e9", "1.5", "1e99999999", "99999999")) {
      String named = "{\"name\":\"n\",\"project\":\"" + project + "\",\"retention_days\":";
      samples.add(management("days", "/api/v1/keys", named + days + "}"));
    }

    samples.forEach(this::send);

    assertThat(faults).isEmpty();
  }

  @Test
  void survivesSchemasWithNumbersOutOfThisWorld() {
    for (String bounds :
        List.of(
            "\"minimum\":1e99999999",
            "\"maximum\":-1e99999999",
            "\"multipleOf\":1e-99999999",
            "\"minLength\":2147483647",
            "\"minItems\":99999999",
            "\"multipleOf\":0")) {
      for (String type : List.of("integer", "number", "string", "array")) {
        String body =
            """
            {"model":"sim-small","messages":[{"role":"user","content":"x"}],"max_tokens":9,
             "response_format":{"type":"json_schema","json_schema":{"name":"a","strict":true,
             "schema":{"type":"object","required":["a"],"additionalProperties":false,
             "properties":{"a":{"type":"%s",%s,"items":{"type":"integer"}}}}}}}"""
                .formatted(type, bounds);
        long before = System.nanoTime();
        int status = gateway.call("/v1/chat/completions", key, body).statusCode();
        Duration took = Duration.ofNanos(System.nanoTime() - before);
        if (status >= 500 || took.compareTo(SOON) > 0) {
          faults.add(type + " " + bounds + " -> " + status + " after " + took);
        }
      }
    }
    assertThat(faults).isEmpty();
  }

  private static Sample management(String kind, String path, String body) {
    return new Sample(kind, path, body.getBytes(StandardCharsets.UTF_8), false, Expected.REFUSED);
  }

  @Test
  void refusesQueriesNoDatabaseTakes() {
    for (String query :
        List.of(
            "keys?name=%00",
            "keys?tag=a%00",
            "calls?model=%00",
            "calls?tag=%00",
            "calls?error_code=%00",
            "calls?status=%00",
            "calls?cursor=%00",
            "usage?model=%00",
            "usage?group_by=%00",
            "keys?status=%00",
            "keys?name=%ff",
            "keys?name=%ed%a0%80",
            "keys?cursor=a",
            "keys?limit=-1",
            "keys?limit=99999999999",
            "calls?min_cost=1e99999999",
            "calls?min_cost=-1",
            "calls?from=-999999999-01-01T00:00:00Z",
            "calls?to=%2b999999999-12-31T23:59:59Z",
            "calls?min_latency_ms=-9223372036854775808",
            "usage?from=0001-01-01T00:00:00Z",
            "calls/%00",
            "calls/call_00",
            "keys/key_%00")) {
      try {
        HttpResponse<String> response = gateway.tryManage("GET", "/" + query, "");
        if (response.statusCode() >= 500) {
          faults.add(query + " -> " + response.body());
        }
      } catch (UncheckedIOException e) {
        faults.add(query + " -> " + e.getMessage());
      }
    }
    assertThat(faults).isEmpty();
  }

  private MalformedBodies bodies(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    return new MalformedBodies(random, openAiModel, anthropicModel);
  }

  private void sendMany(MalformedBodies bodies) {
    for (int i = 0; i < BODIES / THREADS && faults.size() < 40; i++) {
      send(bodies.next());
    }
  }

  private void send(Sample sample) {
    long before = System.nanoTime();
    HttpResponse<String> response;
    try {
      response = answer(sample);
    } catch (UncheckedIOException e) {
      faults.add("no answer (" + e.getMessage() + "): " + sample.start());
      return;
    }
    Duration took = Duration.ofNanos(System.nanoTime() - before);
    String fault = fault(sample, response, took);
    if (!fault.isEmpty()) {
      faults.add(fault + ": " + sample.start() + " -> " + response.body());
    }
  }

  private static String fault(Sample sample, HttpResponse<String> response, Duration took) {
    int status = response.statusCode();
    boolean served = status / 100 == 2 && sample.expected() == Expected.REFUSED_OR_SERVED;
    if (status / 100 != 4 && !served) {
      return "status " + status;
    }
    if (took.compareTo(SOON) > 0) {
      return "took " + took;
    }
    return served || hasShape(sample, response.body()) ? "" : "shape";
  }

  private static boolean hasShape(Sample sample, String body) {
    JsonNode node;
    try {
      node = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      return false;
    }
    if (sample.isManagement()) {
      return node.path("status").isInt() && node.path("code").isTextual();
    }
    JsonNode error = node.path("error");
    boolean told = error.path("message").isTextual() && error.path("type").isTextual();
    return told
        && (sample.isAnthropic()
            ? node.path("type").asText().equals("error") && node.path("request_id").isTextual()
            : error.has("code") && error.has("param"));
  }

  private HttpResponse<String> answer(Sample sample) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway.url() + sample.path()))
            .timeout(Duration.ofSeconds(20))
            .header("content-type", "application/json")
            .header(
                "authorization", "Bearer " + (sample.isManagement() ? gateway.adminToken() : key));
    if (sample.gzip()) {
      request.header("content-encoding", "gzip");
    }
    return gateway.send(
        request.method(sample.method(), BodyPublishers.ofByteArray(sample.body())).build());
  }

  private int servedAsUsual() {
    String body =
        "{\"model\":\"" + openAiModel + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
    return gateway.call("/v1/chat/completions", key, body).statusCode();
  }
}
