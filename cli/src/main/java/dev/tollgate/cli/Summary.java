package dev.tollgate.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The line after an answer. What the gateway did not tell is left out.
record Summary(@Nullable Usage usage, Speed speed, @Nullable String call) {

  /// How fast an answer came.
  sealed interface Speed {
    record Streamed(@Nullable Duration untilFirst, @Nullable Duration flow) implements Speed {}

    record Whole(Duration total) implements Speed {}
  }

  String line() {
    List<String> parts = new ArrayList<>();
    if (usage != null) {
      parts.add(usage.input() + " in / " + usage.output() + " out tokens");
    }
    switch (speed) {
      case Speed.Streamed(Duration untilFirst, Duration flow) -> addSpeed(parts, untilFirst, flow);
      case Speed.Whole(Duration total) -> parts.add(total.toMillis() + " ms");
    }
    if (usage != null && usage.costUsd() != null) {
      parts.add("$" + usage.costUsd());
    }
    if (usage != null && usage.pending()) {
      parts.add("settlement pending");
    }
    if (call != null) {
      parts.add(call);
    }
    return "-- " + String.join(" | ", parts);
  }

  private void addSpeed(
      List<String> parts, @Nullable Duration untilFirst, @Nullable Duration flow) {
    if (untilFirst != null) {
      parts.add("first token " + untilFirst.toMillis() + " ms");
    }
    if (usage != null && usage.output() > 0 && flow != null && flow.toMillis() > 0) {
      parts.add(Math.round(usage.output() * 1_000.0 / flow.toMillis()) + " tok/s");
    }
  }
}
