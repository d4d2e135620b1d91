package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.dialects.upstream.Upstream.Request;
import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SimulatedPaceTest {
  private static final Silence IGNORED = _ -> {};
  private static final Request STREAM =
      TestingClient.request(
          "POST",
          "/chat/completions",
          """
          {"model":"sim-small","stream":true,"max_tokens":8,
           "messages":[{"role":"user","content":"hi"}]}""");

  @Test
  void headComesAtOnceAndNamesAStream() {
    UpstreamResponse response = new SimulatedUpstream(Duration.ofMinutes(1)).send(STREAM, IGNORED);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.header("content-type")).isEqualTo("text/event-stream; charset=utf-8");
    assertThat(response.header("x-request-id")).startsWith("req_");
    assertThat(response.header("x-other")).isNull();
  }

  @Test
  void aSilenceIsToldAndCanBeBrokenOff() {
    UpstreamResponse response =
        new SimulatedUpstream(Duration.ofMinutes(1)).send(STREAM, Runnable::run);
    assertThatThrownBy(response::read).isInstanceOf(UpstreamFailure.class).hasMessage("closed");
  }

  @Test
  void aHurriedStreamEndsEarly() {
    UpstreamResponse response = new SimulatedUpstream(Duration.ofMinutes(1)).send(STREAM, IGNORED);
    response.hurry(Duration.ofMillis(20));
    assertThatThrownBy(response::read).hasMessageContaining("total");
  }

  @Test
  void eventsComeOneByOneInTheirTime() {
    long start = System.nanoTime();
    UpstreamResponse response = new SimulatedUpstream().send(STREAM, IGNORED);
    int events = TestingClient.events(response).size();
    // A role, eight tokens, a reason and the end mark: 20 ms to the first, 5 ms between two.
    assertThat(events).isEqualTo(11);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(70), Duration.ofSeconds(5));
  }

  @Test
  void endIsTheEndHoweverOftenItIsAskedFor() {
    UpstreamResponse response = new SimulatedUpstream(Duration.ZERO).send(STREAM, IGNORED);
    TestingClient.events(response);
    assertThat(response.read()).isNull();
    response.close();
    assertThat(response.read()).isNull();
  }

  @Test
  void aClosedStreamGivesNothingMore() {
    UpstreamResponse response = new SimulatedUpstream(Duration.ZERO).send(STREAM, IGNORED);
    response.close();
    assertThatThrownBy(() -> response.read()).isInstanceOf(UpstreamFailure.class);
  }
}
