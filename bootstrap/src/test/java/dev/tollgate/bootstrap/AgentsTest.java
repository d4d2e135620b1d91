package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.money.Money;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Agents with long, mostly cached prompts and high caps hold much more than they spend. Nobody is
/// refused for good before 90 % of the budget is spent. `-Dtollgate.agents=20` is the full size:
/// 150,000-token prompts against $100.
class AgentsTest {
  private static final int AGENTS = Integer.getInteger("tollgate.agents", 4);
  private static final boolean FULL = AGENTS >= 20;
  private static final int PROMPT_TOKENS = FULL ? 150_000 : 8_000;
  private static final String LIMIT = FULL ? "100.00" : "1.20";
  private static final int CAP = FULL ? 32_000 : 2_000;

  private final TestingGateway gateway = TestingGateway.shared();
  private final AtomicReference<@Nullable String> spentAtFirstRefusal = new AtomicReference<>();

  @Test
  void nineTenthsOfTheBudgetAreUsedBeforeTheFirstFinalRefusal() throws Exception {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(AgentsTest::answer);
        ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      String model =
          gateway.newModel(
              "openai",
              upstream.baseUrl(),
              "gpt-5-agent",
              "",
              """
              "input":"3.00","cached_input":"0.30","cache_write":"3.75","output":"15.00\"""");
      JsonNode key =
          gateway.newKey(
              gateway.newProject(),
              "\"budget\":{\"limit\":\"%s\",\"window\":\"total\"}".formatted(LIMIT));
      List<Callable<Void>> agents = new ArrayList<>();
      for (int i = 0; i < AGENTS; i++) {
        agents.add(() -> session(model, key));
      }
      for (Future<Void> each : executor.invokeAll(agents)) {
        each.get();
      }
      Money limit = Money.parseUsd(LIMIT);
      Money spent = Money.parseUsd(Objects.requireNonNull(spentAtFirstRefusal.get()));
      System.out.printf("agents: $%s of $%s at the first refusal%n", spent.usd(), limit.usd());
      assertThat(spent.nanos()).isGreaterThanOrEqualTo(limit.nanos() / 10 * 9);
      assertThat(Money.parseUsd(settled(key)).nanos()).isLessThanOrEqualTo(limit.nanos());
    }
  }

  private static void answer(ScriptedUpstream.Received request, ScriptedUpstream.Answer to)
      throws Exception {
    long prompt = request.body().length() / 4;
    long cached = prompt * 95 / 100;
    Thread.sleep(5);
    to.json(
        200,
        """
        {"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"done"},
         "finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":900,
         "prompt_tokens_details":{"cached_tokens":%d}}}"""
            .formatted(prompt, cached));
  }

  private Void session(String model, JsonNode key) throws InterruptedException {
    StringBuilder prompt = new StringBuilder("You are an agent. ");
    while (prompt.length() < PROMPT_TOKENS * 4) {
      prompt.append("The quick brown fox jumps over the lazy dog, and the ledger counts it all. ");
    }
    while (true) {
      prompt.append("Another turn of the conversation, with what the tools had to say about it. ");
      HttpResponse<String> response =
          gateway.call(
              "/v1/chat/completions",
              key.path("key").asText(),
              """
              {"model":"%s","max_completion_tokens":%d,
               "messages":[{"role":"user","content":"%s"}]}"""
                  .formatted(model, CAP, prompt));
      if (response.statusCode() == 429) {
        if (response.body().contains("insufficient_quota")) {
          spentAtFirstRefusal.compareAndSet(null, settled(key));
          return null;
        }
        assertThat(response.body()).contains("budget_busy");
        Thread.sleep(200);
      } else {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      }
    }
  }

  private String settled(JsonNode key) {
    return gateway.budgetOf(key).path("settled").asText();
  }
}
