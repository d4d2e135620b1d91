package dev.tollgate.http.edge;

import dev.tollgate.domain.keys.KeySecret;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The one place where a caller's credential is found. Exactly one Tollgate secret may be
/// presented, in any of four headers; the same one twice is fine. Other credentials beside it are
/// ignored here and never forwarded.
final class Credentials {
  private static final List<HeaderName> HEADERS =
      List.of(
          HeaderNames.create("x-tollgate-key"),
          HeaderNames.create("x-api-key"),
          HeaderNames.create("api-key"),
          HeaderNames.AUTHORIZATION);

  /// One for each header: more are not looked at.
  private static final int MOST_OTHERS = 4;

  private Credentials() {}

  /// What the headers hold.
  sealed interface Found {
    /// One secret; or, when none is Tollgate's, what was given in its place, in the order of the
    /// headers.
    record One(List<String> secrets) implements Found {
      /// No secret is printed.
      @Override
      public String toString() {
        return "One";
      }
    }

    /// No credential at all.
    record None() implements Found {}

    /// Two different Tollgate secrets.
    record Several() implements Found {}
  }

  static Found find(Headers headers) {
    String secret = null;
    List<String> others = List.of();
    for (HeaderName name : HEADERS) {
      if (!headers.contains(name)) {
        continue;
      }
      Header header = headers.get(name);
      for (String value : header.allValues()) {
        String credential = strip(value);
        if (!credential.startsWith(KeySecret.PREFIX)) {
          if (!credential.isEmpty()
              && !others.contains(credential)
              && others.size() < MOST_OTHERS) {
            others = and(others, credential);
          }
        } else if (secret == null) {
          secret = credential;
        } else if (!secret.equals(credential)) {
          return new Found.Several();
        }
      }
    }
    if (secret != null) {
      return new Found.One(List.of(secret));
    }
    return others.isEmpty() ? new Found.None() : new Found.One(others);
  }

  /// Most callers send one credential, so a list is made only when there is one that is foreign.
  private static List<String> and(List<String> others, String credential) {
    List<String> more = new ArrayList<>(others);
    more.add(credential);
    return more;
  }

  private static String strip(String value) {
    String text = value.strip();
    return text.length() > 7 && text.substring(0, 7).toLowerCase(Locale.ROOT).equals("bearer ")
        ? text.substring(7).strip()
        : text;
  }
}
