package dev.tollgate.dialects.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// One cheap pass over the bytes of server-sent events. It finds where events end, keeps the text
/// in them, and tells which events must be looked at closely.
///
/// A quoted word such as `"usage"` can only be a JSON string of its own: inside another string its
/// quotes would be escaped. So a byte search never misses an event that matters, and the few events
/// it reports are then parsed properly.
final class EventScan {
  private static final byte[] USAGE = ascii("\"usage\"");
  private static final byte[] ERROR = ascii("\"error\"");
  private static final byte[] MESSAGE_STOP = ascii("\"message_stop\"");
  private static final byte[] DONE = ascii("[DONE]");
  private static final byte[] EVENT = ascii("event:");
  private static final byte[] NAMED_ERROR = ascii("error");
  private static final byte[] FINISH = ascii("\"finish_reason\"");
  private static final byte[] CREATED = ascii("\"response.created\"");
  private static final byte[] SEQUENCE = ascii("\"sequence_number\"");
  private static final byte[][] TERMINAL = {
    ascii("\"response.completed\""),
    ascii("\"response.incomplete\""),
    ascii("\"response.cancelled\""),
    ascii("\"response.failed\"")
  };

  private final TextKeys textKeys;
  private byte[] text = new byte[256];
  private int textLength;
  private final int choices;
  private int finishes;
  private volatile boolean finishing;
  private boolean closeLook;
  private boolean errorEvent;
  private long sequence = -1;

  /// @param choices how many finish reasons a stream has
  EventScan(TextKeys textKeys, int choices) {
    this.textKeys = textKeys;
    this.choices = choices;
  }

  /// The number of the last event of a response, or -1.
  long sequence() {
    return sequence;
  }

  /// Whether the model has put anything out.
  boolean hasText() {
    return textLength > 0;
  }

  /// Looks for the end of an event that was scanned before and whose end was not there yet.
  ///
  /// @param at where the last look ended
  /// @return whether the end may be there now
  static boolean mayEnd(byte[] bytes, int from, int at, int to) {
    // An end is at most four bytes long; the first line of an event is never its blank one.
    for (int i = Math.max(from, at - 4); i < to - 1; i++) {
      byte next = bytes[i + 1];
      if (isLineEnd(bytes[i]) && isLineEnd(next) && !(bytes[i] == '\r' && next == '\n')) {
        return true;
      }
    }
    return false;
  }

  private static boolean isLineEnd(byte b) {
    return b == '\n' || b == '\r';
  }

  /// The text seen in all events so far, as it is written in JSON: in UTF-8, escapes included.
  byte[] text() {
    return Arrays.copyOf(text, textLength);
  }

  boolean finishing() {
    return finishing;
  }

  /// Whether the event that was just scanned must be parsed.
  boolean closeLook() {
    return closeLook;
  }

  /// Whether the event that was just scanned calls itself an error.
  boolean errorEvent() {
    return errorEvent;
  }

  /// Scans one event.
  ///
  /// @return the offset just behind the blank line that ends it, or -1 when its end is not there
  ///   yet
  int scan(byte[] bytes, int from, int to) {
    closeLook = false;
    errorEvent = false;
    int textBefore = textLength;
    int finished = finishes;
    boolean lineEmpty = true;
    int i = from;
    while (i < to) {
      byte b = bytes[i];
      if (b == '\n' || b == '\r') {
        boolean pair = b == '\r' && i + 1 < to && bytes[i + 1] == '\n';
        if (b == '\r' && i + 1 == to) {
          break;
        }
        i += pair ? 2 : 1;
        if (lineEmpty && i > from + (pair ? 2 : 1)) {
          if (finishes >= choices && !finishing) {
            finishing = true;
          }
          return i;
        }
        lineEmpty = true;
        continue;
      }
      if (lineEmpty && b == 'e' && isErrorName(bytes, i, to)) {
        errorEvent = true;
        closeLook = true;
      }
      lineEmpty = false;
      if (b == '"') {
        i = quoted(bytes, i, to);
      } else if (b == '[' && startsWith(DONE, bytes, i, to)) {
        closeLook = true;
        i++;
      } else {
        i++;
      }
    }
    textLength = textBefore;
    finishes = finished;
    return -1;
  }

  /// Whether a line names the event an error.
  private static boolean isErrorName(byte[] bytes, int line, int to) {
    if (!startsWith(EVENT, bytes, line, to)) {
      return false;
    }
    int name = line + EVENT.length;
    return startsWith(NAMED_ERROR, bytes, name < to && bytes[name] == ' ' ? name + 1 : name, to);
  }

  /// Looks at what starts with a quote; returns where to go on.
  private int quoted(byte[] bytes, int i, int to) {
    byte initial = i + 1 < to ? bytes[i + 1] : 0;
    if (initial < 'a' || initial > 'z') {
      return i + 1;
    }
    switch (initial) {
      case 'u' -> closeLook |= startsWith(USAGE, bytes, i, to);
      case 'e' -> closeLook |= startsWith(ERROR, bytes, i, to);
      case 'm' -> closeLook |= startsWith(MESSAGE_STOP, bytes, i, to);
      case 'r' -> closeLook |= isTerminal(bytes, i, to) || startsWith(CREATED, bytes, i, to);
      case 's' -> {
        if (startsWith(SEQUENCE, bytes, i, to)) {
          sequence = number(bytes, i + SEQUENCE.length, to);
        }
      }
      case 'f' -> {
        if (startsWith(FINISH, bytes, i, to) && isText(bytes, i + FINISH.length, to)) {
          finishes++;
        }
      }
      default -> {
        // Not one of the words that matter.
      }
    }
    for (byte[] key : textKeys.startingWith(initial)) {
      if (startsWith(key, bytes, i, to)) {
        int value = value(bytes, i + key.length, to);
        if (value < to && bytes[value] == '"') {
          return text(bytes, value + 1, to);
        }
      }
    }
    return i + 1;
  }

  /// Whether the type of an event that ends a response starts here.
  private static boolean isTerminal(byte[] bytes, int i, int to) {
    for (byte[] type : TERMINAL) {
      if (startsWith(type, bytes, i, to)) {
        return true;
      }
    }
    return false;
  }

  /// The offset of a member's value: behind its colon and any blanks around it. `to` when the name
  /// is none of a member.
  private static int value(byte[] bytes, int behindName, int to) {
    int i = behindName;
    while (i < to && isBlank(bytes[i])) {
      i++;
    }
    if (i >= to || bytes[i] != ':') {
      return to;
    }
    i++;
    while (i < to && isBlank(bytes[i])) {
      i++;
    }
    return i;
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  private static long number(byte[] bytes, int behindName, int to) {
    long number = 0;
    for (int i = value(bytes, behindName, to); i < to; i++) {
      if (bytes[i] < '0' || bytes[i] > '9' || number > Integer.MAX_VALUE) {
        break;
      }
      number = number * 10 + bytes[i] - '0';
    }
    return number;
  }

  /// Whether the finish reason is a text that is not empty.
  private static boolean isText(byte[] bytes, int behindName, int to) {
    int value = value(bytes, behindName, to);
    return value + 1 < to && bytes[value] == '"' && bytes[value + 1] != '"';
  }

  /// Keeps a string's bytes; returns the offset behind its closing quote.
  private int text(byte[] bytes, int start, int to) {
    int i = start;
    while (i < to && bytes[i] != '"' && bytes[i] != '\n') {
      i += bytes[i] == '\\' ? 2 : 1;
    }
    int length = Math.min(i, to) - start;
    if (textLength + length > text.length) {
      text = Arrays.copyOf(text, Math.max(text.length * 2, textLength + length));
    }
    System.arraycopy(bytes, start, text, textLength, length);
    textLength += length;
    return i < to && bytes[i] == '"' ? i + 1 : Math.min(i, to);
  }

  private static boolean startsWith(byte[] word, byte[] bytes, int from, int to) {
    if (to - from < word.length) {
      return false;
    }
    for (int i = 0; i < word.length; i++) {
      if (bytes[from + i] != word[i]) {
        return false;
      }
    }
    return true;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
