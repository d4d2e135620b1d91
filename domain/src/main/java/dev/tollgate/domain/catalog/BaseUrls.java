package dev.tollgate.domain.catalog;

import dev.tollgate.domain.rules.BrokenRule;
import java.net.URI;
import java.util.Locale;

/// The rules for URLs that an administrator names: http or https, a host, no user information, no
/// query, no fragment.
public final class BaseUrls {
  private BaseUrls() {}

  /// @throws IllegalArgumentException naming the field and the rule it breaks
  public static void check(String field, URI url) {
    String scheme = url.getScheme();
    if (scheme == null || !(scheme.equals("https") || scheme.equals("http"))) {
      throw BrokenRule.of(field, "must start with http:// or https://");
    }
    if (url.getHost() == null) {
      throw BrokenRule.of(field, "must name a host");
    }
    if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
      throw BrokenRule.of(field, "must not hold user information, a query or a fragment");
    }
    if (url.getPort() == 0 || url.getPort() > 65_535) {
      throw BrokenRule.of(field, "has an impossible port");
    }
  }

  public static int port(URI url) {
    if (url.getPort() > 0) {
      return url.getPort();
    }
    return "https".equals(url.getScheme()) ? 443 : 80;
  }

  public static String origin(URI url) {
    return url.getScheme() + "://" + url.getHost().toLowerCase(Locale.ROOT) + ":" + port(url);
  }
}
