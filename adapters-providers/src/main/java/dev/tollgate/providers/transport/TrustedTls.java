package dev.tollgate.providers.transport;

import io.helidon.common.tls.Tls;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// TLS towards providers: the system's trusted authorities, or a bundle the administrator gave.
/// Host names are always checked.
public final class TrustedTls {
  private TrustedTls() {}

  static Tls create(@Nullable String caBundle) {
    var builder = Tls.builder().endpointIdentificationAlgorithm("HTTPS");
    if (caBundle != null) {
      builder.trust(certificates(caBundle));
    }
    return builder.build();
  }

  /// The certificates of a PEM bundle.
  ///
  /// @throws IllegalArgumentException when it holds none
  public static List<X509Certificate> certificates(String pem) {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      var in = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        if (each instanceof X509Certificate certificate) {
          certificates.add(certificate);
        }
      }
    } catch (CertificateException e) {
      throw new IllegalArgumentException("options.ca_bundle is not a PEM bundle", e);
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("options.ca_bundle holds no certificate");
    }
    return certificates;
  }
}
