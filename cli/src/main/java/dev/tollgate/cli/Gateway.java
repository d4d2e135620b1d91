package dev.tollgate.cli;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;

/// Where the gateway is, and the key to send there. The key leaves this class only into the header
/// of a request.
final class Gateway {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  private final URI base;
  private final String key;

  private Gateway(URI base, String key) {
    this.base = base;
    this.key = key;
  }

  static Gateway of(String baseUrl, String key) {
    return of(KnownGateway.Use.CALLS, baseUrl, key);
  }

  /// @param use what address and key are called where they were found, for errors
  static Gateway of(KnownGateway.Use use, String baseUrl, String key) {
    // Whatever else is in a header's value, HttpRequest would repeat the whole of it in its
    // message.
    if (!key.chars().allMatch(c -> c > ' ' && c <= '~')) {
      throw CommandFailure.failed(
          use.key + " holds a blank or another character that no key has. Copy it again.");
    }
    return new Gateway(parse(use, baseUrl), key);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .header("Authorization", "Bearer " + key)
        .header("Content-Type", "application/json")
        .header("User-Agent", "tollgate-cli/" + ManifestVersion.text());
  }

  /// A client that reaches it; the caller closes it.
  HttpClient client() {
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_LIMIT);
    return (isLocal() ? builder.proxy(HttpClient.Builder.NO_PROXY) : builder).build();
  }

  /// Scheme, host and port, fit to be printed.
  String address() {
    return base.getScheme() + "://" + base.getRawAuthority();
  }

  /// Whether it runs on this computer, so that no proxy could reach it.
  boolean isLocal() {
    String host = base.getHost().replaceAll("^\\[|]$", "");
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      InetAddress address = InetAddress.ofLiteral(host);
      return address.isLoopbackAddress() || address.isAnyLocalAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /// The text without the key, which a server may have quoted.
  String redact(String text) {
    return text.replace(key, "[key]");
  }

  @Override
  public String toString() {
    return "Gateway[" + address() + "]";
  }

  private static URI parse(KnownGateway.Use use, String baseUrl) {
    String trimmed = baseUrl.strip().replaceAll("/+$", "");
    try {
      URI uri = new URI(trimmed);
      boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      boolean plain = uri.getUserInfo() == null && uri.getQuery() == null;
      if (http && uri.getHost() != null && plain && uri.getFragment() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Refused below like every other text that is no address; it may hold a password.
    }
    throw CommandFailure.failed(use.url + " is not an address of the form " + use.example + ".");
  }
}
