package dev.tollgate.domain.secrets;

import java.util.Arrays;

/// A provider's credential, encrypted. Only [CredentialVault] makes and opens it.
public record SealedCredential(
    String keyId, byte[] wrappedKey, byte[] nonce, byte[] ciphertext, String hint) {
  public SealedCredential {
    wrappedKey = wrappedKey.clone();
    nonce = nonce.clone();
    ciphertext = ciphertext.clone();
  }

  /// Whether it is the same text as it was sealed the same time.
  public boolean isSame(SealedCredential other) {
    return Arrays.equals(nonce, other.nonce) && Arrays.equals(ciphertext, other.ciphertext);
  }

  @Override
  public String toString() {
    return "SealedCredential[" + keyId + "]";
  }
}
