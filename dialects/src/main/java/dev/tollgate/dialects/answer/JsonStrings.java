package dev.tollgate.dialects.answer;

import java.nio.charset.StandardCharsets;

/// The inside of JSON strings.
public final class JsonStrings {
  private JsonStrings() {}

  /// Text as it was before it was escaped. An escape that is cut off or unknown stays as it is.
  public static String unescape(byte[] escaped) {
    String text = new String(escaped, StandardCharsets.UTF_8);
    if (text.indexOf('\\') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c != '\\' || i + 1 >= text.length()) {
        out.append(c);
        i++;
        continue;
      }
      char kind = text.charAt(i + 1);
      int code = kind == 'u' ? hex(text, i + 2) : -1;
      if (code >= 0) {
        out.append((char) code);
        i += 6;
      } else {
        out.append(plain(kind));
        i += 2;
      }
    }
    return out.toString();
  }

  private static char plain(char kind) {
    return switch (kind) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      default -> kind;
    };
  }

  private static int hex(String text, int from) {
    if (from + 4 > text.length()) {
      return -1;
    }
    int code = 0;
    for (int i = from; i < from + 4; i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      code = code << 4 | digit;
    }
    return code;
  }
}
