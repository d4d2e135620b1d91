package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.cli.ServerSentEvents.Event;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerSentEventsTest {
  @Test
  void readsNamesAndDataAndPassesOverTheRest() throws IOException {
    String text =
        "\uFEFFdata: one\n\n: comment\n\nid: 7\nretry: 10\nevent: error\ndata:two\ndata:  three\n\n"
            + "event: empty\n\ndata\n\ndata: cut off\n";

    assertThat(events(bytes(text)))
        .containsExactly(
            new Event("message", "one"),
            new Event("error", "two\n three"),
            new Event("message", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void knowsEveryEndOfLine(String end) throws IOException {
    String text = "data: a" + end + "data: b" + end + end + "data: c" + end + end;

    assertThat(events(bytes(text)))
        .containsExactly(new Event("message", "a\nb"), new Event("message", "c"));
  }

  @Test
  void readsTheSameWhereverTheBytesAreTorn() throws IOException {
    byte[] bytes =
        "data: Grüße ✓ 🚀\r\n\r\nevent: error\r\ndata: b\r\n\r\n".getBytes(StandardCharsets.UTF_8);

    for (int i = 0; i <= bytes.length; i++) {
      InputStream torn =
          new SequenceInputStream(
              new ByteArrayInputStream(bytes, 0, i),
              new ByteArrayInputStream(bytes, i, bytes.length - i));
      assertThat(events(torn))
          .as("torn at %d", i)
          .containsExactly(new Event("message", "Grüße ✓ 🚀"), new Event("error", "b"));
    }
  }

  @Test
  void refusesEndlessLines() {
    String text = "data: " + "x".repeat(ServerSentEvents.LONGEST_EVENT);

    assertThatThrownBy(() -> events(bytes(text))).isInstanceOf(IOException.class);
  }

  @Test
  void refusesEndlessEvents() {
    String text = ("data: " + "x".repeat(1 << 20) + "\n").repeat(5);

    assertThatThrownBy(() -> events(bytes(text))).isInstanceOf(IOException.class);
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static List<Event> events(InputStream in) throws IOException {
    ServerSentEvents events = new ServerSentEvents(in);
    List<Event> all = new ArrayList<>();
    for (Event event = events.next(); event != null; event = events.next()) {
      all.add(event);
    }
    return all;
  }
}
