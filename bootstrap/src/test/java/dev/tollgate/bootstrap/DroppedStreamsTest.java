package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.money.Money;
import dev.tollgate.providers.ledger.EncodingCounter;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Callers who hang up in the middle of a stream pay for what was sent, no more and no less.
/// `-Dtollgate.streams=500` drops more of them.
class DroppedStreamsTest {
  private static final int STREAMS = Integer.getInteger("tollgate.streams", 60);
  private static final Pattern NUMBER = Pattern.compile("stream (\\d+) of (\\d+)");
  private static final String[] WORDS = {
    "the ", "ledger ", "counts ", "tokens ", "über ", "\\n", "naïve ", "\\\"quoted\\\" ", "42, "
  };

  private final TestingGateway gateway = TestingGateway.shared();
  private final Map<Integer, String> sent = new ConcurrentHashMap<>();

  @Test
  void eachIsSettledOnceForTheTextThatWasSent() throws Exception {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(this::stream);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ExecutorService executor = Executors.newFixedThreadPool(32)) {
      String model = gateway.newModel("openai", upstream.baseUrl());
      JsonNode key =
          gateway.newKey(
              gateway.newProject(), "\"budget\":{\"limit\":\"1000\",\"window\":\"total\"}");
      List<Callable<String>> calls = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        int number = i;
        calls.add(() -> drop(client, model, key.path("key").asText(), number, number % 51));
      }
      Map<String, Integer> numbers = new HashMap<>();
      List<Future<String>> dropped = executor.invokeAll(calls);
      for (int i = 0; i < STREAMS; i++) {
        numbers.put(dropped.get(i).get(), i);
      }
      assertSettled(numbers, key);
    }
  }

  private void stream(ScriptedUpstream.Received request, ScriptedUpstream.Answer to)
      throws Exception {
    Matcher matcher = NUMBER.matcher(request.body());
    assertThat(matcher.find()).isTrue();
    int number = Integer.parseInt(matcher.group(1));
    int chunks = Integer.parseInt(matcher.group(2));
    Random random = new Random(number);
    StringBuilder text = new StringBuilder();
    sent.put(number, "");
    to.beginEvents();
    for (int i = 0; i < chunks; i++) {
      String word = WORDS[random.nextInt(WORDS.length)];
      text.append(word.replace("\\n", "\n").replace("\\\"", "\""));
      sent.put(number, text.toString());
      to.chunk("data: {\"choices\":[{\"delta\":{\"content\":\"" + word + "\"}}]}\n\n");
    }
    to.awaitHangup(10_000);
  }

  /// Hangs up once everything that was sent has come.
  private String drop(HttpClient client, String model, String key, int number, int chunks)
      throws Exception {
    HttpResponse<InputStream> response =
        client.send(
            HttpRequest.newBuilder(URI.create(gateway.url() + "/v1/chat/completions"))
                .header("authorization", "Bearer " + key)
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        """
                        {"model":"%s","stream":true,"max_tokens":500,
                         "messages":[{"role":"user","content":"stream %d of %d"}]}"""
                            .formatted(model, number, chunks)))
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    int seen = 0;
    try (InputStream in = response.body()) {
      StringBuilder text = new StringBuilder();
      byte[] buffer = new byte[4_096];
      while (seen < chunks) {
        int read = in.read(buffer);
        text.append(new String(buffer, 0, Math.max(0, read), StandardCharsets.ISO_8859_1));
        seen = text.toString().split("delta", -1).length - 1;
      }
    }
    return response.headers().firstValue("x-request-id").orElseThrow();
  }

  private void assertSettled(Map<String, Integer> numbers, JsonNode key) throws Exception {
    EncodingCounter counter = new EncodingCounter();
    Money sum = Money.ZERO;
    for (Map.Entry<String, Integer> each : numbers.entrySet()) {
      JsonNode call = gateway.recorded(each.getKey());
      long counted = counter.count("gpt-5", sent.getOrDefault(each.getValue(), ""));
      long output = call.path("tokens").path("output").asLong();
      // At least the text, and more if the model can have made more in the time that it had.
      assertThat(output).as("%s", call).isBetween(counted - counted / 50, 500L);
      assertThat(call.path("estimated").asBoolean()).isTrue();
      Money cost = Money.parseUsd(call.path("cost").asText());
      assertThat(cost.nanos()).as("never free once dispatched").isPositive();
      sum = sum.plus(cost);
    }
    JsonNode budget = gateway.budgetOf(key);
    assertThat(budget.path("settled").asText()).isEqualTo(sum.usd());
    assertThat(budget.path("held").asText()).isEqualTo("0.00");
  }
}
