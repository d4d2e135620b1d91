package dev.tollgate.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the file that `tollgate dev` leaves for shells: lines of `export NAME='value'` or
/// `NAME=value`, with the quotes of a shell. Nothing is expanded or executed; other lines are
/// passed over, and the last of several lines for one name counts.
final class DevEnv {
  private static final Pattern ASSIGNMENT =
      Pattern.compile("\\s*(?:export\\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)", Pattern.DOTALL);

  /// What a backslash takes the meaning from inside double quotes.
  private static final String ESCAPABLE = "\"\\$`";

  private final String text;
  private final StringBuilder value = new StringBuilder();
  private int at;

  private DevEnv(String text) {
    this.text = text;
  }

  /// @throws BadLine when a quote is not closed
  static Map<String, String> parse(List<String> lines) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher assignment = ASSIGNMENT.matcher(lines.get(i));
      if (assignment.matches()) {
        values.put(assignment.group(1), new DevEnv(assignment.group(2)).word(i + 1));
      }
    }
    return Map.copyOf(values);
  }

  /// A line that no shell would take. Its text may be a secret and is left out.
  static final class BadLine extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private BadLine(int line) {
      super("line " + line + " has a quote that is not closed");
    }
  }

  /// One word of a shell: quoted and bare pieces side by side, up to the first bare blank.
  private String word(int line) {
    while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
      char c = text.charAt(at++);
      switch (c) {
        case '\'' -> singleQuoted(line);
        case '"' -> doubleQuoted(line);
        case '\\' -> escaped();
        default -> value.append(c);
      }
    }
    return value.toString();
  }

  private void singleQuoted(int line) {
    int end = text.indexOf('\'', at);
    if (end < 0) {
      throw new BadLine(line);
    }
    value.append(text, at, end);
    at = end + 1;
  }

  private void doubleQuoted(int line) {
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '"') {
        return;
      }
      if (c == '\\' && at < text.length() && ESCAPABLE.indexOf(text.charAt(at)) >= 0) {
        escaped();
      } else {
        value.append(c);
      }
    }
    throw new BadLine(line);
  }

  private void escaped() {
    if (at < text.length()) {
      value.append(text.charAt(at++));
    }
  }
}
