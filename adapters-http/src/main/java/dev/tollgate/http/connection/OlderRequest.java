package dev.tollgate.http.connection;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Requests of HTTP/1.0, which the server does not read. nginx sends them unless it is told
/// otherwise. They are lifted to HTTP/1.1 with `connection: close`; what 1.0 does not know is left
/// out: a caller who waits for 100, and connections that stay.
final class OlderRequest {
  /// More than the server reads of a head.
  private static final int LARGEST_HEAD = 48 << 10;

  private static final String OLDER = " HTTP/1.0";
  private static final List<String> DROPPED =
      List.of("connection:", "keep-alive:", "proxy-connection:", "expect:");

  private OlderRequest() {}

  /// Where bytes come from.
  interface Source {
    /// @throws io.helidon.webserver.CloseConnectionException when there are no more
    byte[] more();
  }

  /// Whether a request that begins so is one. Reads on until its first line is there.
  static boolean begins(byte[] bytes) {
    int end = indexOf(bytes, '\n');
    int start = end - 1 - OLDER.length();
    return end > 0
        && bytes[end - 1] == '\r'
        && start >= 0
        && new String(bytes, start, OLDER.length(), StandardCharsets.ISO_8859_1).equals(OLDER);
  }

  static boolean hasFirstLine(byte[] bytes) {
    return bytes.length >= LARGEST_HEAD || indexOf(bytes, '\n') >= 0;
  }

  /// The request as one of HTTP/1.1, with whatever follows its head. One whose head is too large,
  /// or that comes in chunks, which 1.0 does not know, stays as it is and is refused.
  static byte[] lifted(byte[] start, Source source) {
    byte[] bytes = start;
    int end = endOfHead(bytes);
    while (end < 0 && bytes.length < LARGEST_HEAD) {
      bytes = joined(bytes, source.more());
      end = endOfHead(bytes);
    }
    if (end < 0) {
      return bytes;
    }
    String head = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
    String lifted = lift(head);
    return lifted.isEmpty()
        ? bytes
        : joined(
            lifted.getBytes(StandardCharsets.ISO_8859_1),
            Arrays.copyOfRange(bytes, end, bytes.length));
  }

  static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static String lift(String head) {
    StringBuilder lifted = new StringBuilder();
    boolean hasHost = false;
    for (String line : head.split("\r\n", -1)) {
      String name = line.toLowerCase(Locale.ROOT);
      if (lifted.isEmpty()) {
        lifted.append(line, 0, line.length() - 1).append("1\r\n");
      } else if (name.startsWith("transfer-encoding")) {
        return "";
      } else if (!line.isEmpty() && DROPPED.stream().noneMatch(name::startsWith)) {
        hasHost |= name.startsWith("host:");
        lifted.append(line).append("\r\n");
      }
    }
    if (!hasHost) {
      lifted.append("host: localhost\r\n");
    }
    return lifted.append("connection: close\r\n\r\n").toString();
  }

  /// Where what follows the head begins, or -1.
  private static int endOfHead(byte[] bytes) {
    for (int i = 3; i < bytes.length; i++) {
      if (bytes[i] == '\n'
          && bytes[i - 1] == '\r'
          && bytes[i - 2] == '\n'
          && bytes[i - 3] == '\r') {
        return i + 1;
      }
    }
    return -1;
  }

  private static int indexOf(byte[] bytes, char wanted) {
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}
