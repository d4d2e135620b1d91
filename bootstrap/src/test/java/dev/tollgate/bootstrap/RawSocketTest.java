package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.bootstrap.RawAttacks.Attack;
import dev.tollgate.bootstrap.RawSocket.Heard;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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

/// What no HTTP library would send. A key that only hidden requests hold shows whether one ran.
class RawSocketTest {
  private static final Duration CLOSED_WITHIN = Duration.ofSeconds(10);
  private static final String ANSWER =
      """
      {"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[],\
      "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}""";

  private final TestingGateway gateway = TestingGateway.shared();
  private final int port = gateway.dev().port();
  private ScriptedUpstream upstream;
  private JsonNode honest;
  private JsonNode hiddenKey;
  private String hidden;
  private String model;

  @BeforeEach
  void setUp() {
    upstream = ScriptedUpstream.start((_, to) -> to.json(200, ANSWER));
    model = gateway.newModel("openai", upstream.baseUrl());
    String project = gateway.newProject();
    honest = gateway.newKey(project, "");
    hiddenKey = gateway.newKey(project, "");
    hidden = request(hiddenKey.path("key").asText(), "hidden-request");
  }

  @AfterEach
  void tearDown() {
    upstream.close();
  }

  @Test
  void runsNoHiddenRequestAndClosesEveryConnection() throws Exception {
    List<Attack> attacks = RawAttacks.all(honest.path("key").asText(), hidden);
    assertThat(attacks.size()).isGreaterThan(150);

    Map<String, String> faults = new ConcurrentSkipListMap<>();
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Attack attack : attacks) {
        running.add(threads.submit(() -> launch(attack, faults)));
      }
      for (Future<?> each : running) {
        each.get(60, TimeUnit.SECONDS);
      }
    }

    assertThat(faults).isEmpty();
    assertThat(hiddenCalls()).isEmpty();
    assertThat(honestCall().statusCode()).isEqualTo(200);
    // The same request in the open does run, so the silence above means something.
    RawSocket.exchange(port, hidden.replace("Host: a", "Host: a\r\nConnection: close"));
    assertThat(hiddenCalls()).hasSize(2);
  }

  @Test
  void answersTwoProperRequestsSentAtOnce() {
    String key = honest.path("key").asText();
    String second = request(key, "second").replace("Host: a", "Host: a\r\nConnection: close");

    Heard heard = RawSocket.exchange(port, request(key, "first") + second);

    assertThat(heard.answers()).isEqualTo(2);
    assertThat(upstream.received()).hasSize(2);
  }

  @Test
  void stopsReadingAnEndlessChunk() {
    assertThat(accepted("7fffffff\r\n")).isLessThan(64);
  }

  @Test
  void stopsReadingAnEndlessChunkSize() {
    assertThat(accepted("5;")).isLessThan(64);
  }

  @Test
  void stopsReadingABodyThatNobodyWants() {
    String head = "POST /v1/nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000000\r\n\r\n";
    assertThat(mebibytesAccepted(head)).isLessThan(64);
  }

  @Test
  void slowCallersNeitherStayNorSlowDownOthers() throws Exception {
    List<RawSocket> slow = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      RawSocket raw = RawSocket.connect(port);
      raw.send(
          "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nX".getBytes(StandardCharsets.UTF_8));
      slow.add(raw);
    }

    long before = System.nanoTime();
    assertThat(honestCall().statusCode()).isEqualTo(200);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
    long deadline = before + CLOSED_WITHIN.toNanos();
    int open = 0;
    for (RawSocket raw : slow) {
      try (raw) {
        Duration left = Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
        open += raw.hear(left).closed() ? 0 : 1;
      }
    }
    assertThat(open).isZero();
  }

  /// How many of 96 MiB are taken as a body that is framed in chunks and begins as given.
  private int accepted(String chunks) {
    return mebibytesAccepted(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
            + honest.path("key").asText()
            + "\r\nTransfer-Encoding: chunked\r\n\r\n"
            + chunks);
  }

  private int mebibytesAccepted(String start) {
    byte[] mebibyte = new byte[1 << 20];
    Arrays.fill(mebibyte, (byte) 'x');
    try (RawSocket raw = RawSocket.connect(port)) {
      raw.send(start.getBytes(StandardCharsets.UTF_8));
      int sent = 0;
      while (sent < 96 && raw.send(mebibyte)) {
        sent++;
      }
      return sent;
    }
  }

  private void launch(Attack attack, Map<String, String> faults) {
    try (RawSocket raw = RawSocket.connect(port)) {
      long deadline = System.nanoTime() + CLOSED_WITHIN.toNanos();
      if (attack.drip()) {
        drip(raw, attack, deadline);
      } else {
        raw.send(attack.wire());
      }
      if (!attack.thenSilence()) {
        raw.finish();
      }
      Heard heard = raw.hear(Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime())));
      String fault = fault(heard);
      if (!fault.isEmpty()) {
        faults.put(attack.name(), fault);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The head at once but for its end, the rest a byte a second.
  private static void drip(RawSocket raw, Attack attack, long deadline)
      throws InterruptedException {
    byte[] wire = attack.wire();
    int at = wire.length - 40;
    raw.send(Arrays.copyOf(wire, at));
    while (at < wire.length && System.nanoTime() < deadline) {
      if (!raw.send(new byte[] {wire[at++]})) {
        return;
      }
      Thread.sleep(1_000);
    }
  }

  private static String fault(Heard heard) {
    if (!heard.closed()) {
      return "still open, heard " + start(heard);
    }
    // A second request of which only half comes is told so, and never runs.
    int late = heard.text().contains("HTTP/1.1 408 ") ? 1 : 0;
    if (heard.answers() - late > 1) {
      return heard.answers() + " answers";
    }
    int status = heard.status();
    boolean framing = status == 501 || status == 505;
    if (status >= 500 && !framing) {
      return start(heard);
    }
    return "";
  }

  private static String start(Heard heard) {
    return heard.text().lines().findFirst().orElse("nothing");
  }

  private List<String> hiddenCalls() throws InterruptedException {
    Thread.sleep(300);
    List<String> seen = new ArrayList<>();
    for (ScriptedUpstream.Received each : upstream.received()) {
      if (each.body().contains("hidden-request")) {
        seen.add(each.body());
      }
    }
    gateway
        .manage("GET", "/calls?limit=100&key=" + hiddenKey.path("id").asText(), "")
        .path("data")
        .forEach(call -> seen.add(call.toString()));
    return seen;
  }

  private HttpResponse<String> honestCall() {
    return gateway.call(
        "/v1/chat/completions", honest.path("key").asText(), body("honest-request"));
  }

  private String request(String key, String marker) {
    String body = body(marker);
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
        + key
        + "\r\nContent-Type: application/json\r\nContent-Length: "
        + body.length()
        + "\r\n\r\n"
        + body;
  }

  private String body(String marker) {
    return "{\"model\":\""
        + model
        + "\",\"messages\":[{\"role\":\"user\",\"content\":\""
        + marker
        + "\"}]}";
  }
}
