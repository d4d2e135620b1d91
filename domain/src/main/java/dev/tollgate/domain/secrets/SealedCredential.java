package dev.tollgate.domain.secrets;

/// A provider's credential, encrypted. Only [CredentialVault] makes and opens it.
public record SealedCredential(
    String keyId, byte[] wrappedKey, byte[] nonce, byte[] ciphertext, String hint) {
  public SealedCredential {
    wrappedKey = wrappedKey.clone();
    nonce = nonce.clone();
    ciphertext = ciphertext.clone();
  }

  @Override
  public String toString() {
    return "SealedCredential[" + keyId + "]";
  }
}
