package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tollgate.cli.Summary.Speed;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static final Speed STREAMED =
      new Speed.Streamed(Duration.ofMillis(212), Duration.ofMillis(361));

  @Test
  void tellsEverything() {
    Usage usage = new Usage(14, 22, "0.000312", false);

    assertThat(new Summary(usage, STREAMED, "call_01K").line())
        .isEqualTo(
            "-- 14 in / 22 out tokens | first token 212 ms | 61 tok/s | $0.000312 | call_01K");
  }

  @Test
  void leavesOutWhatIsNotKnown() {
    assertThat(new Summary(null, new Speed.Streamed(Duration.ofMillis(9), null), null).line())
        .isEqualTo("-- first token 9 ms");
  }

  @Test
  void saysThatTheSettlementIsPending() {
    Usage usage = new Usage(1, 2, null, true);

    assertThat(new Summary(usage, new Speed.Whole(Duration.ofMillis(80)), "call_01K").line())
        .isEqualTo("-- 1 in / 2 out tokens | 80 ms | settlement pending | call_01K");
  }

  @Test
  void readsACostThatIsANumber() throws JsonProcessingException {
    String json = "{\"prompt_tokens\":1,\"completion_tokens\":2,\"cost\":1.5E-7}";

    assertThat(Usage.parse(new JsonMapper().readTree(json)))
        .isEqualTo(new Usage(1, 2, "0.00000015", false));
  }
}
