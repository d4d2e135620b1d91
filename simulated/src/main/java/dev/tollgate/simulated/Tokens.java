package dev.tollgate.simulated;

import java.util.ArrayList;
import java.util.List;

/// Tokens as this provider counts them: at most six characters of a word, with the white space
/// before them. The tokens of a text, put together, are the text again.
final class Tokens {
  private static final int LONGEST = 6;

  private Tokens() {}

  static List<String> split(String text) {
    List<String> tokens = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int end = end(text, from);
      tokens.add(text.substring(from, end));
      from = end;
    }
    return tokens;
  }

  static int count(String text) {
    int count = 0;
    for (int from = 0; from < text.length(); from = end(text, from)) {
      count++;
    }
    return count;
  }

  /// The text as far as so many tokens reach.
  static String first(String text, long tokens) {
    int end = 0;
    for (long i = 0; i < tokens && end < text.length(); i++) {
      end = end(text, end);
    }
    return text.substring(0, end);
  }

  private static int end(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    int most = Math.min(text.length(), at + LONGEST);
    while (at < most && !Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    boolean tearsPair =
        at < text.length()
            && Character.isHighSurrogate(text.charAt(at - 1))
            && Character.isLowSurrogate(text.charAt(at));
    return tearsPair ? at + 1 : at;
  }
}
