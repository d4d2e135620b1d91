package dev.tollgate.http.server;

import dev.tollgate.domain.catalog.CaBundle;
import io.helidon.common.configurable.Resource;
import io.helidon.common.pki.Keys;
import io.helidon.common.tls.Tls;
import io.helidon.common.tls.TlsClientAuth;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// TLS of one listener: its certificate chain and private key as PEM files, and the authorities of
/// its clients' certificates when it asks for them.
public record ListenerTls(Path certificate, Path key, @Nullable Path clientAuthorities) {
  private static final byte[] PROOF = {1};

  /// TLS 1.2 and 1.3.
  ///
  /// @throws IllegalArgumentException naming the file that cannot be used
  public Tls create() {
    var builder =
        Tls.builder()
            .enabledProtocols(List.of("TLSv1.3", "TLSv1.2"))
            .endpointIdentificationAlgorithm("");
    Keys keys = keys();
    if (!belongTogether(keys)) {
      throw new IllegalArgumentException(
          "The certificate " + certificate + " is not that of the private key " + key + ".");
    }
    builder.privateKey(keys).privateKeyCertChain(keys);
    if (clientAuthorities != null) {
      builder.trust(authorities(clientAuthorities)).clientAuth(TlsClientAuth.REQUIRED);
    }
    return builder.build();
  }

  /// What changes when any of the files does.
  int state() {
    return Arrays.hashCode(new int[] {state(certificate), state(key), state(clientAuthorities)});
  }

  private static int state(@Nullable Path file) {
    try {
      return file == null ? 0 : Arrays.hashCode(Files.readAllBytes(file));
    } catch (IOException e) {
      // It is being replaced; the next look sees it.
      return 0;
    }
  }

  private Keys keys() {
    try {
      return Keys.builder()
          .pem(
              pem ->
                  pem.key(Resource.create(readable(key)))
                      .certChain(Resource.create(readable(certificate))))
          .build();
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "The certificate "
              + certificate
              + " and the private key "
              + key
              + " cannot be used. Both must be PEM files, and the key one that begins with BEGIN"
              + " PRIVATE KEY (openssl pkcs8 -topk8 -nocrypt makes it from others).",
          e);
    }
  }

  /// Whether what the one signs is verified by the other. A renewal replaces two files, and between
  /// them nobody could connect.
  private static boolean belongTogether(Keys keys) {
    try {
      PrivateKey secret = keys.privateKey().orElseThrow();
      PublicKey open = keys.certChain().getFirst().getPublicKey();
      if (!secret.getAlgorithm().equals(open.getAlgorithm())) {
        return false;
      }
      Signature signature =
          Signature.getInstance(
              switch (secret.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> secret.getAlgorithm();
              });
      signature.initSign(secret);
      signature.update(PROOF);
      byte[] signed = signature.sign();
      signature.initVerify(open);
      signature.update(PROOF);
      return signature.verify(signed);
    } catch (SignatureException | InvalidKeyException e) {
      return false;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalArgumentException("A private key must be one of RSA, EC or EdDSA.", e);
    }
  }

  private static List<java.security.cert.X509Certificate> authorities(Path file) {
    try {
      return CaBundle.certificates(Files.readString(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The file " + file + " cannot be used: it must hold certificates in PEM.", e);
    }
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException("There is no readable file " + file + ".");
    }
    return file;
  }
}
