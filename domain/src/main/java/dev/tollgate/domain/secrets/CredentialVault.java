package dev.tollgate.domain.secrets;

import dev.tollgate.domain.catalog.Provider;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/// Envelope encryption of provider credentials: a data key per credential, wrapped by the [Kms].
/// The associated data binds a ciphertext to tenant, provider and origin, so that a row copied to
/// another tenant, or a base URL changed behind the gateway's back, cannot be opened. Thread-safe.
public final class CredentialVault {
  private static final String FORMAT = "v1";

  private final Kms kms;
  private final SecureRandom random;

  public CredentialVault(Kms kms, SecureRandom random) {
    this.kms = kms;
    this.random = random;
  }

  public SealedCredential seal(Provider provider, Secret credential) {
    byte[] dataKey = new byte[AesGcm.KEY_BYTES];
    byte[] nonce = new byte[AesGcm.NONCE_BYTES];
    random.nextBytes(dataKey);
    random.nextBytes(nonce);
    try {
      byte[] binding = binding(provider);
      return new SealedCredential(
          kms.currentKeyId(),
          kms.wrap(dataKey, binding),
          nonce,
          AesGcm.encrypt(dataKey, nonce, binding, credential.bytes()),
          credential.hint());
    } finally {
      Arrays.fill(dataKey, (byte) 0);
    }
  }

  /// @throws IllegalStateException when it was sealed for another tenant, provider or origin
  public Secret open(Provider provider, SealedCredential sealed) {
    byte[] binding = binding(provider);
    byte[] dataKey = kms.unwrap(sealed.keyId(), sealed.wrappedKey(), binding);
    try {
      return Secret.owning(AesGcm.decrypt(dataKey, sealed.nonce(), binding, sealed.ciphertext()));
    } finally {
      Arrays.fill(dataKey, (byte) 0);
    }
  }

  private static byte[] binding(Provider provider) {
    return String.join(
            "|", FORMAT, provider.tenant().toString(), provider.id().toString(), provider.origin())
        .getBytes(StandardCharsets.UTF_8);
  }
}
