package dev.tollgate.providers.transport;

import dev.tollgate.domain.catalog.CaBundle;
import io.helidon.common.tls.Tls;
import org.jspecify.annotations.Nullable;

/// TLS towards providers: the system's trusted authorities, or a bundle the administrator gave.
/// Host names are always checked.
final class TrustedTls {
  private TrustedTls() {}

  static Tls create(@Nullable String caBundle) {
    var builder = Tls.builder().endpointIdentificationAlgorithm("HTTPS");
    if (caBundle != null) {
      builder.trust(CaBundle.certificates(caBundle));
    }
    return builder.build();
  }
}
