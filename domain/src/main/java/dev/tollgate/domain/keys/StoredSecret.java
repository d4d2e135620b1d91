package dev.tollgate.domain.keys;

import dev.tollgate.domain.ids.KeyId;
import java.security.MessageDigest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is kept of a secret: its name, an HMAC-SHA-256 of it, and which pepper made that.
///
/// @param validUntil end of a rotation's overlap, or null while it is the newest secret
public record StoredSecret(
    SecretId id, KeyId key, byte[] hmac, int pepperVersion, @Nullable Instant validUntil) {
  public StoredSecret {
    hmac = hmac.clone();
  }

  /// Whether an HMAC of a presented secret is the stored one, in constant time.
  public boolean matches(byte[] presented) {
    return MessageDigest.isEqual(hmac, presented);
  }

  @Override
  public String toString() {
    return "StoredSecret[" + id + "]";
  }
}
