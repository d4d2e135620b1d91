package dev.tollgate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class TranscriptTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Transcript transcript = new Transcript(new PrintStream(bytes, false, UTF_8));

  @Test
  void endsTheLastLineOnce() {
    transcript.print("a");
    transcript.endLine();
    transcript.endLine();

    assertThat(bytes.toString(UTF_8)).isEqualTo("a" + System.lineSeparator());
  }

  @Test
  void endsNoLineThatHasEnded() {
    transcript.endLine();
    transcript.print("a\n");
    transcript.print("");
    transcript.endLine();

    assertThat(bytes.toString(UTF_8)).isEqualTo("a\n");
  }

  @Test
  void measuresOnlyWhatHasComeInPieces() {
    assertThat(transcript.untilFirst()).isNull();
    transcript.print("a");
    assertThat(transcript.untilFirst()).isPositive();
    assertThat(transcript.flow()).isNull();
    transcript.print("b");
    assertThat(transcript.flow()).isPositive();
  }

  @Test
  void stopsWhenNobodyReads() {
    Transcript unread = new Transcript(new PrintStream(new ClosedPipe(), false, UTF_8));

    assertThatThrownBy(() -> unread.print("a"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("can no longer be printed");
  }

  private static final class ClosedPipe extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException("Broken pipe");
    }
  }
}
