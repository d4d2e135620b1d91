package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.dialects.upstream.Upstream.Request;
import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class SimulatedFailuresTest {
  private static final Silence IGNORED = _ -> {};

  private final SimulatedUpstream upstream = new SimulatedUpstream(Duration.ZERO);

  private UpstreamResponse send(String path, String model, String more) {
    return upstream.send(request(path, model, more, Timeouts.DEFAULT), IGNORED);
  }

  private static Request request(String path, String model, String more, Timeouts timeouts) {
    String body =
        """
        {"model":"%s","max_tokens":50,"messages":[{"role":"user","content":"hi"}],
         "input":"hi"%s%s}"""
            .formatted(model, path.equals("/completions") ? ",\"prompt\":\"hi\"" : "", more);
    Request plain = TestingClient.request("POST", path, body);
    return new Request("POST", path, plain.headers(), plain.body(), false, timeouts);
  }

  private static Timeouts whole(Duration whole) {
    return timeouts(whole, Duration.ofSeconds(10));
  }

  private static Timeouts timeouts(Duration whole, Duration idle) {
    Duration most = Duration.ofSeconds(10);
    return new Timeouts(most, most, whole, idle, most, Duration.ZERO);
  }

  @Nested
  class RateLimited {
    @ParameterizedTest
    @ValueSource(strings = {"/chat/completions", "/completions", "/embeddings", "/responses"})
    void openAiSaysWhenToRetry(String path) {
      UpstreamResponse response = send(path, "sim-429", ",\"stream\":true");
      JsonNode error = TestingClient.json(response).path("error");
      assertThat(response.status()).isEqualTo(429);
      assertThat(response.header("retry-after")).isEqualTo("1");
      assertThat(response.header("content-type")).isEqualTo("application/json");
      assertThat(error.path("code").asText()).isEqualTo("rate_limit_exceeded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/messages", "/messages/count_tokens"})
    void anthropicSaysWhenToRetry(String path) {
      UpstreamResponse response = send(path, "sim-429", "");
      JsonNode error = TestingClient.json(response).path("error");
      assertThat(response.status()).isEqualTo(429);
      assertThat(response.header("retry-after")).isEqualTo("1");
      assertThat(error.path("type").asText()).isEqualTo("rate_limit_error");
      assertThat(error.has("details")).isFalse();
    }
  }

  @Nested
  class BillingStop {
    @Test
    void openAiSaysThatTheQuotaIsSpent() {
      UpstreamResponse response = send("/chat/completions", "sim-billing-stop", "");
      JsonNode error = TestingClient.json(response).path("error");
      assertThat(response.status()).isEqualTo(429);
      assertThat(response.header("retry-after")).isNull();
      assertThat(error.path("type").asText()).isEqualTo("insufficient_quota");
      assertThat(error.path("code").asText()).isEqualTo("insufficient_quota");
    }

    @Test
    void anthropicSaysThatTheLimitIsReached() {
      UpstreamResponse response = send("/messages", "sim-billing-stop", "");
      JsonNode error = TestingClient.json(response).path("error");
      assertThat(response.status()).isEqualTo(429);
      assertThat(response.header("retry-after")).isNull();
      assertThat(error.path("type").asText()).isEqualTo("rate_limit_error");
      assertThat(error.at("/details/error_code").asText())
          .isEqualTo("enforced_spend_limit_reached");
    }
  }

  @Nested
  class Reset {
    @ParameterizedTest
    @ValueSource(strings = {"/chat/completions", "/completions", "/responses", "/messages"})
    void aStreamBreaksAfterThreeEvents(String path) {
      UpstreamResponse response = send(path, "sim-reset", ",\"stream\":true");
      assertThat(response.status()).isEqualTo(200);
      for (int i = 0; i < 3; i++) {
        assertThat(response.read()).isNotEmpty();
      }
      UpstreamFailure failure = catchThrowableOfType(UpstreamFailure.class, () -> response.read());
      assertThat(failure.failure().kind()).isEqualTo(Failure.Kind.BROKEN);
      assertThat(failure).hasMessage("connection reset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/chat/completions", "/embeddings", "/messages"})
    void aWholeAnswerNeverComes(String path) {
      UpstreamFailure failure =
          catchThrowableOfType(UpstreamFailure.class, () -> send(path, "sim-reset", ""));
      assertThat(failure.failure().kind()).isEqualTo(Failure.Kind.BROKEN);
    }
  }

  @Nested
  class Stall {
    @Test
    void aStreamFallsSilentAfterTwoEventsUntilItsIdleTimeIsOver() {
      Timeouts timeouts = timeouts(Duration.ofSeconds(10), Duration.ofMillis(120));
      UpstreamResponse response =
          upstream.send(
              request("/chat/completions", "sim-stall", ",\"stream\":true", timeouts), IGNORED);
      assertThat(response.read()).isNotEmpty();
      assertThat(response.read()).isNotEmpty();
      UpstreamFailure failure = catchThrowableOfType(UpstreamFailure.class, () -> response.read());
      assertThat(failure.failure().kind()).isEqualTo(Failure.Kind.TIMEOUT);
    }

    @Test
    void aStreamEndsWhenItsTotalTimeIsOver() {
      Duration most = Duration.ofSeconds(10);
      Timeouts timeouts =
          new Timeouts(most, most, most, most, Duration.ofMillis(100), Duration.ZERO);
      UpstreamResponse response =
          upstream.send(request("/messages", "sim-stall", ",\"stream\":true", timeouts), IGNORED);
      UpstreamFailure failure =
          catchThrowableOfType(UpstreamFailure.class, () -> TestingClient.events(response));
      assertThat(failure.failure().kind()).isEqualTo(Failure.Kind.TIMEOUT);
      assertThat(failure).hasMessageContaining("total");
    }

    @Test
    void closingBreaksOffASilentRead() throws InterruptedException {
      UpstreamResponse response = send("/responses", "sim-stall", ",\"stream\":true");
      response.read();
      response.read();
      Thread closer = Thread.ofVirtual().start(() -> pauseThen(response::close));
      assertThatThrownBy(() -> response.read())
          .isInstanceOf(UpstreamFailure.class)
          .hasMessage("closed");
      closer.join();
    }

    @Test
    void aWholeAnswerIsSilentUntilItsTimeIsOver() {
      AtomicInteger told = new AtomicInteger();
      Request request = request("/messages", "sim-stall", "", whole(Duration.ofMillis(400)));
      long start = System.nanoTime();
      UpstreamFailure failure =
          catchThrowableOfType(
              UpstreamFailure.class, () -> upstream.send(request, _ -> told.incrementAndGet()));
      assertThat(failure.failure().kind()).isEqualTo(Failure.Kind.TIMEOUT);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(395));
      assertThat(told).hasValue(1);
    }

    @Test
    void aShortTimeIsOverBeforeAnyoneIsTold() {
      AtomicInteger told = new AtomicInteger();
      Request request = request("/embeddings", "sim-stall", "", whole(Duration.ofMillis(50)));
      assertThatThrownBy(() -> upstream.send(request, _ -> told.incrementAndGet()))
          .isInstanceOf(UpstreamFailure.class);
      assertThat(told).hasValue(0);
    }

    @Test
    void whoIsToldMayBreakOff() {
      Request request = request("/chat/completions", "sim-stall", "", whole(Duration.ofSeconds(9)));
      UpstreamFailure failure =
          catchThrowableOfType(UpstreamFailure.class, () -> upstream.send(request, Runnable::run));
      assertThat(failure.failure().kind()).isEqualTo(Failure.Kind.BROKEN);
    }

    private static void pauseThen(Runnable action) {
      try {
        Thread.sleep(50);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      action.run();
    }
  }
}
