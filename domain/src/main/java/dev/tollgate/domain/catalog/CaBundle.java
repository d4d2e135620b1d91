package dev.tollgate.domain.catalog;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// Certificates that are trusted instead of the system's.
public final class CaBundle {
  private CaBundle() {}

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
      throw new IllegalArgumentException("must be certificates in PEM", e);
    }
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("must be certificates in PEM");
    }
    return certificates;
  }
}
