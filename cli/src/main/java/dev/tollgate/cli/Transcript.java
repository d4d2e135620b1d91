package dev.tollgate.cli;

import java.io.PrintStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The text of one answer on its way to the user, and when its pieces came. The clock starts when
/// the transcript is made. Used once, by one thread.
final class Transcript {
  private final PrintStream out;
  private final long startNanos = System.nanoTime();
  private int pieces;
  private long firstNanos;
  private long lastNanos;
  private boolean midLine;

  Transcript(PrintStream out) {
    this.out = out;
  }

  void print(String text) {
    if (text.isEmpty()) {
      return;
    }
    lastNanos = System.nanoTime();
    if (pieces == 0) {
      firstNanos = lastNanos;
    }
    pieces++;
    midLine = !text.endsWith("\n");
    out.print(text);
    // Flushes too. Reading on for nobody would only cost money.
    if (out.checkError()) {
      throw CommandFailure.failed("The answer can no longer be printed, so the call was cut off.");
    }
  }

  /// Leaves the cursor at the beginning of a line.
  void endLine() {
    if (midLine) {
      midLine = false;
      out.println();
      out.flush();
    }
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  @Nullable Duration untilFirst() {
    return pieces == 0 ? null : Duration.ofNanos(firstNanos - startNanos);
  }

  /// How long the text flowed; nothing when it came at once.
  @Nullable Duration flow() {
    return pieces < 2 ? null : Duration.ofNanos(lastNanos - firstNanos);
  }
}
