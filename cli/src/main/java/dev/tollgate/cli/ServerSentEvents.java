package dev.tollgate.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A stream of server-sent events, read one by one as they arrive. Comments and events without data
/// are passed over; an event that was cut off before its blank line is not delivered.
final class ServerSentEvents {
  /// The longest line or event in characters.
  static final int LONGEST_EVENT = 4 << 20;

  private static final int BYTE_ORDER_MARK = '\uFEFF';

  private final BufferedReader reader;
  private boolean started;
  private boolean afterReturn;

  ServerSentEvents(InputStream in) {
    this.reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  record Event(String name, String data) {}

  /// The next event, or null at the end of the stream.
  @Nullable Event next() throws IOException {
    String name = "message";
    StringBuilder data = null;
    for (String line = line(); line != null; line = line()) {
      if (line.isEmpty()) {
        if (data != null) {
          return new Event(name, data.toString());
        }
        name = "message";
      } else if (field(line).equals("event")) {
        name = value(line);
      } else if (field(line).equals("data")) {
        data = data == null ? new StringBuilder() : data.append('\n');
        data.append(value(line));
        limit(data);
      }
    }
    return null;
  }

  private static String field(String line) {
    int colon = line.indexOf(':');
    return colon < 0 ? line : line.substring(0, colon);
  }

  private static String value(String line) {
    int colon = line.indexOf(':');
    if (colon < 0) {
      return "";
    }
    return line.substring(line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
  }

  /// A line ends with LF, CR or both; it must not wait for the LF that may follow a CR.
  private @Nullable String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = reader.read(); c >= 0; c = reader.read()) {
      boolean mark = !started && c == BYTE_ORDER_MARK;
      boolean secondHalf = afterReturn && c == '\n';
      started = true;
      afterReturn = c == '\r';
      if (mark || secondHalf) {
        continue;
      }
      if (c == '\n' || c == '\r') {
        return line.toString();
      }
      limit(line.append((char) c));
    }
    return null;
  }

  private static void limit(StringBuilder text) throws IOException {
    if (text.length() > LONGEST_EVENT) {
      throw new IOException("an event is longer than " + LONGEST_EVENT + " characters");
    }
  }
}
