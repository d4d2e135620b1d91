package dev.tollgate.http.ops;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricNamesTest {
  @Test
  void renamesWhatIsWrittenOtherwiseAndNothingElse() {
    String text =
        """
        # HELP thread_count Threads.
        # TYPE thread_count gauge
        thread_count{scope="base"} 12.0
        memory_usedHeap_bytes 5
        tollgate_calls_total{model="thread_count "} 1
        thread_counter 3
        """;

    assertThat(MetricNames.usual(text))
        .isEqualTo(
            """
            # HELP jvm_threads Threads.
            # TYPE jvm_threads gauge
            jvm_threads{scope="base"} 12.0
            jvm_heap_used_bytes 5
            tollgate_calls_total{model="thread_count "} 1
            thread_counter 3
            """);
  }
}
