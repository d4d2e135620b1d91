package dev.tollgate.providers.transport;

import dev.tollgate.dialects.upstream.Upstream;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.catalog.BaseUrls;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/// A provider's server, over pooled HTTP/1.1 connections. Redirects are never followed.
public final class HttpUpstream implements Upstream {
  private final ConnectionPool pool;
  private final String basePath;
  private final String hostHeader;

  /// @param basePath what the paths of requests are below
  /// @throws IllegalArgumentException when the provider's CA bundle cannot be read
  public HttpUpstream(Provider provider, String basePath) {
    this(provider, basePath, Connector.SYSTEM);
  }

  HttpUpstream(Provider provider, String basePath, Connector connector) {
    URI url = Objects.requireNonNull(provider.baseUrl(), "base URL");
    this.pool = new ConnectionPool(url, provider, connector);
    this.basePath = basePath;
    boolean usual = BaseUrls.port(url) == ("https".equals(url.getScheme()) ? 443 : 80);
    this.hostHeader = usual ? url.getHost() : url.getHost() + ":" + BaseUrls.port(url);
  }

  @Override
  public UpstreamResponse send(Request request, Silence silence) {
    byte[] message = message(request);
    long deadline = System.nanoTime() + request.timeouts().total().toNanos();
    while (true) {
      ConnectionPool.Lease lease = pool.acquire(request.timeouts().connect());
      try {
        return exchange(lease, message, request, silence, deadline);
      } catch (HttpResponse.StaleConnection e) {
        // The server had closed an idle connection before the whole request was on it, so it cannot
        // have worked on it. Connections that are new are never stale, so this ends.
      }
    }
  }

  @Override
  public void tidy() {
    pool.tidy();
  }

  /// Closes all idle connections, and those in use once their answer has been read.
  @Override
  public void close() {
    pool.close();
  }

  private HttpResponse exchange(
      ConnectionPool.Lease lease, byte[] message, Request request, Silence silence, long deadline) {
    HttpResponse response = new HttpResponse(lease, request.timeouts(), deadline, silence);
    boolean handedOver = false;
    try {
      response.exchange(
          message, request.stream() ? request.timeouts().firstByte() : request.timeouts().whole());
      handedOver = true;
      return response;
    } finally {
      if (!handedOver) {
        response.close();
      }
    }
  }

  private byte[] message(Request request) {
    StringBuilder head =
        new StringBuilder(512)
            .append(request.method())
            .append(' ')
            .append(basePath)
            .append(request.path())
            .append(" HTTP/1.1\r\nhost: ")
            .append(hostHeader)
            .append("\r\n");
    for (HeaderField field : request.headers()) {
      head.append(field.name()).append(": ");
      appendValue(head, field.value());
      head.append("\r\n");
    }
    if (!"GET".equals(request.method())) {
      head.append("content-length: ").append(request.body().length).append("\r\n");
    }
    head.append("\r\n");
    byte[] body = request.body();
    byte[] message = new byte[head.length() + body.length];
    byte[] headBytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(headBytes, 0, message, 0, headBytes.length);
    System.arraycopy(body, 0, message, headBytes.length, body.length);
    return message;
  }

  /// A header value can never end its line.
  private static void appendValue(StringBuilder head, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      head.append(c < ' ' || c > '~' ? '?' : c);
    }
  }
}
