package dev.tollgate.providers.anthropic;

import dev.tollgate.dialects.upstream.Upstream;
import dev.tollgate.dialects.vendor.Vendor;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.inference.Dialect;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.providers.transport.BasePaths;
import dev.tollgate.providers.transport.HttpUpstream;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Anthropic. It caches what it is asked to cache, and nothing else.
public final class Anthropic implements Vendor {
  private static final String VERSION = "anthropic-version";
  private static final Set<String> PASSES = Set.of(VERSION, "anthropic-beta");
  private static final List<HeaderField> DEFAULTS = List.of(new HeaderField(VERSION, "2023-06-01"));

  /// Its SDKs name a base URL without the version.
  @Override
  public Upstream open(Provider provider) {
    return new HttpUpstream(provider, BasePaths.withVersion(provider.baseUrl()));
  }

  @Override
  public HeaderField credential(String secret) {
    return new HeaderField("x-api-key", secret);
  }

  @Override
  public Set<String> passes() {
    return PASSES;
  }

  @Override
  public List<HeaderField> defaults() {
    return DEFAULTS;
  }

  @Override
  public boolean serves(Endpoint endpoint) {
    return endpoint.dialect() == Dialect.MESSAGES;
  }

  @Override
  public @Nullable String countPath(Endpoint endpoint, Provider provider) {
    return endpoint == Endpoint.MESSAGES ? Endpoint.COUNT_TOKENS.path() : null;
  }

  @Override
  public boolean cachesUnasked() {
    return false;
  }
}
