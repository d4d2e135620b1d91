package dev.tollgate.http.server;

/// Paths that every program on the way reads alike. Of others a proxy may think that they lead
/// elsewhere, so that a rule of the proxy does not hold for them. The reasons are those of RFC
/// 3986, sections 3.3 and 6.2.2.
final class CanonicalPath {
  /// What follows is a name, in which a slash may stand.
  private static final String NAMES = "/v1/models/";

  private CanonicalPath() {}

  /// Why the path is not canonical, as the end of a sentence; empty when it is.
  static String fault(String path) {
    if (!path.startsWith("/")) {
      return "it does not begin with a slash";
    }
    if (path.contains("//")) {
      return "it holds an empty segment, //";
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == ';' || c == '\\' || c == '#') {
        return "it holds the character " + c;
      }
      if (c == '.' && isDotSegment(path, i)) {
        return "it holds a segment of dots";
      }
      if (c == '%') {
        String fault = escapeFault(path, i);
        if (!fault.isEmpty()) {
          return fault;
        }
        i += 2;
      }
    }
    return "";
  }

  private static boolean isDotSegment(String path, int at) {
    if (path.charAt(at - 1) != '/') {
      return false;
    }
    int end = at + 1 < path.length() && path.charAt(at + 1) == '.' ? at + 2 : at + 1;
    return end == path.length() || path.charAt(end) == '/';
  }

  private static String escapeFault(String path, int at) {
    int value = at + 2 < path.length() ? digit(path, at + 1) * 16 + digit(path, at + 2) : -1;
    if (value < 0 || digit(path, at + 1) < 0 || digit(path, at + 2) < 0) {
      return "it holds a % without two hexadecimal digits";
    }
    char decoded = (char) value;
    boolean unreserved =
        decoded < 128 && Character.isLetterOrDigit(decoded) || "-._~".indexOf(decoded) >= 0;
    if (decoded == '/' && !(at >= NAMES.length() && path.startsWith(NAMES))) {
      return "it holds " + path.substring(at, at + 3) + " outside the name of a model";
    }
    if (unreserved || value < 32 || value == 127 || decoded == '\\') {
      return "it holds " + path.substring(at, at + 3) + ", which must not be encoded";
    }
    return "";
  }

  private static int digit(String path, int at) {
    char c = path.charAt(at);
    return c < 128 ? Character.digit(c, 16) : -1;
  }
}
