package dev.tollgate.cli;

import java.util.regex.Pattern;

/// How the program speaks on stderr: one line, and nothing in it that a terminal would obey.
final class Messages {
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\s]+");

  private Messages() {}

  static String oneLine(String text) {
    return CONTROL.matcher(text).replaceAll(" ").strip();
  }

  static String error(String text) {
    return "tollgate: " + oneLine(text);
  }
}
