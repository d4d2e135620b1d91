package dev.tollgate.providers.openai;

import dev.tollgate.dialects.upstream.Upstream;
import dev.tollgate.dialects.vendor.Vendor;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.inference.Dialect;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.providers.transport.BasePaths;
import dev.tollgate.providers.transport.HttpUpstream;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// OpenAI, and any server at a base URL that speaks as it does.
public final class OpenAi implements Vendor {
  private static final String OWN_HOST = "api.openai.com";
  private static final Set<String> PASSES = Set.of("openai-beta");

  @Override
  public Upstream open(Provider provider) {
    return new HttpUpstream(provider, BasePaths.orVersion(provider.baseUrl()));
  }

  @Override
  public Set<String> passes() {
    return PASSES;
  }

  @Override
  public boolean serves(Endpoint endpoint) {
    return endpoint.dialect() != Dialect.MESSAGES;
  }

  @Override
  public @Nullable String countPath(Endpoint endpoint, Provider provider) {
    return endpoint == Endpoint.RESPONSES && isOwn(provider) ? "/responses/input_tokens" : null;
  }

  @Override
  public boolean prefersNewerCap(Provider provider) {
    return isOwn(provider);
  }

  private static boolean isOwn(Provider provider) {
    URI url = provider.baseUrl();
    return url != null && OWN_HOST.equals(url.getHost());
  }
}
