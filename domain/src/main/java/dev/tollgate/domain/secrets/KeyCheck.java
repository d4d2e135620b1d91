package dev.tollgate.domain.secrets;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;

/// What only the master keys of an installation can make: an HMAC of a fixed text, and a random key
/// that is wrapped. Kept with what the keys protect, so that a node with other keys is noticed
/// before it refuses every caller. It tells nothing of the keys.
public record KeyCheck(int pepperVersion, byte[] proof, String kekId, byte[] wrapped) {
  private static final byte[] TEXT = "tollgate key check".getBytes(StandardCharsets.US_ASCII);

  public KeyCheck {
    proof = proof.clone();
    wrapped = wrapped.clone();
  }

  public static KeyCheck of(Pepper pepper, Kms kms, SecureRandom random) {
    byte[] any = new byte[AesGcm.KEY_BYTES];
    random.nextBytes(any);
    int version = pepper.currentVersion();
    return new KeyCheck(
        version, pepper.hmac(version, TEXT), kms.currentKeyId(), kms.wrap(any, TEXT));
  }

  /// Whether these are the keys that made it.
  public boolean fits(Pepper pepper, Kms kms) {
    try {
      kms.unwrap(kekId, wrapped, TEXT);
      return MessageDigest.isEqual(proof, pepper.hmac(pepperVersion, TEXT));
    } catch (IllegalStateException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "KeyCheck[***]";
  }
}
