package dev.tollgate.bootstrap;

import dev.tollgate.bootstrap.ScriptedUpstream.Answer;
import dev.tollgate.bootstrap.ScriptedUpstream.Script;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/// Scripts that play recorded answers back.
final class Replay {
  private static final Pattern EVENT_ENDS = Pattern.compile("(?<=\n\n)");

  private Replay() {}

  /// A file below `fixtures/`.
  static String fixture(String name) {
    try (InputStream in = Replay.class.getResourceAsStream("/fixtures/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("no fixture " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Script json(String name) {
    return answer(200, fixture(name).strip());
  }

  static Script answer(int status, String body, String... headers) {
    return (_, to) -> to.json(status, body, headers);
  }

  /// A stream in one chunk per event, whose body ends properly whatever the events say.
  static Script stream(String events) {
    return (_, to) -> {
      to.beginEvents();
      for (String event : events(events)) {
        to.chunk(event);
      }
      to.endChunks();
    };
  }

  /// The events, then the connection ends without the end of the framing.
  static Script streamAndReset(String events) {
    return (_, to) -> {
      to.beginEvents();
      to.chunk(events);
      Thread.sleep(100);
      to.reset();
    };
  }

  /// A stream in chunks that end at random, whose framing is torn at random too.
  static Script torn(String events, long seed) {
    return (_, to) -> {
      Random random = new Random(seed);
      to.beginEvents();
      StringBuilder body = new StringBuilder();
      int from = 0;
      while (from < events.length()) {
        int end = cut(events, from + 1 + random.nextInt(60));
        String piece = events.substring(from, end);
        int length = piece.getBytes(StandardCharsets.UTF_8).length;
        body.append(Integer.toHexString(length)).append("\r\n").append(piece).append("\r\n");
        from = end;
      }
      tear(body.append("0\r\n\r\n").toString(), random, to);
    };
  }

  private static void tear(String text, Random random, Answer to) throws Exception {
    int from = 0;
    while (from < text.length()) {
      int end = cut(text, from + 1 + random.nextInt(120));
      to.raw(text.substring(from, end));
      from = end;
      if (random.nextInt(4) == 0) {
        Thread.sleep(1);
      }
    }
  }

  /// A place to cut at, not between the halves of a character.
  private static int cut(String text, int wanted) {
    int at = Math.min(text.length(), wanted);
    return at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at + 1 : at;
  }

  /// The single events of a stream.
  static List<String> events(String text) {
    return EVENT_ENDS.splitAsStream(text).toList();
  }
}
