package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.rules.Names;
import java.net.URI;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A configured upstream account. Its credential is kept apart, encrypted, and never returned.
///
/// @param baseUrl where its API is, or null for the simulated kind
/// @param allowPrivateNetwork whether the base URL may lead to a private or loopback address
/// @param credentialVersion how often its credential was changed
public record Provider(
    ProviderId id,
    TenantId tenant,
    String name,
    ProviderKind kind,
    @Nullable URI baseUrl,
    boolean allowPrivateNetwork,
    Options options,
    Instant createdAt,
    int credentialVersion) {
  /// One whose credential was never changed.
  public Provider(
      ProviderId id,
      TenantId tenant,
      String name,
      ProviderKind kind,
      @Nullable URI baseUrl,
      boolean allowPrivateNetwork,
      Options options,
      Instant createdAt) {
    this(id, tenant, name, kind, baseUrl, allowPrivateNetwork, options, createdAt, 0);
  }

  public Provider {
    Names.check(name);
    if (kind != ProviderKind.SIMULATED && baseUrl == null) {
      throw BrokenRule.of("base_url", "is required for kind " + kind.wire());
    }
    if (baseUrl != null) {
      BaseUrls.check("base_url", baseUrl);
    }
  }

  /// The same after its credential was changed.
  public Provider withNextCredential() {
    return new Provider(
        id,
        tenant,
        name,
        kind,
        baseUrl,
        allowPrivateNetwork,
        options,
        createdAt,
        credentialVersion + 1);
  }

  /// The same with what an administrator may change.
  public Provider changed(
      String newName,
      @Nullable URI newBaseUrl,
      boolean newAllowPrivateNetwork,
      Options newOptions) {
    return new Provider(
        id,
        tenant,
        newName,
        kind,
        newBaseUrl,
        newAllowPrivateNetwork,
        newOptions,
        createdAt,
        credentialVersion);
  }

  /// Whether a tenant sees more of it than its name, kind and state.
  public boolean isOpenTo(TenantId viewer) {
    return tenant.equals(viewer);
  }

  /// Scheme, host and port that its credential is bound to.
  public String origin() {
    return baseUrl == null ? "simulated:" : BaseUrls.origin(baseUrl);
  }

  /// @param organization value of `OpenAI-Organization`
  /// @param project value of `OpenAI-Project`
  /// @param egressProxy an HTTP proxy that connections go through
  /// @param caBundle certificates (PEM) to trust instead of the system's
  /// @param region where its calls are served, for prices that depend on it
  /// @param tierMayChange whether it may serve another service tier than the one that was asked for
  public record Options(
      @Nullable String organization,
      @Nullable String project,
      @Nullable URI egressProxy,
      @Nullable String caBundle,
      @Nullable String region,
      boolean tierMayChange,
      Timeouts timeouts) {
    public static final Options NONE =
        new Options(null, null, null, null, null, false, Timeouts.DEFAULT);

    public Options {
      if (egressProxy != null) {
        BaseUrls.check("options.egress_proxy", egressProxy);
      }
    }
  }
}
