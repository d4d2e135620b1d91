package dev.tollgate.domain.keys;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.secrets.Pepper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// A secret that another gateway has given out, known by its SHA-256 alone. The digest is kept
/// under an HMAC, for short secrets can be guessed from it. Its [#toString] shows nothing.
public final class ImportedSecret {
  private static final int DIGEST_LENGTH = 32;
  private static final byte NAME = 1;

  private final byte[] digest;

  private ImportedSecret(byte[] digest) {
    this.digest = digest;
  }

  /// The one that a caller presents.
  public static ImportedSecret of(String presented) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return new ImportedSecret(sha256.digest(presented.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not available", e);
    }
  }

  /// @param hex the SHA-256 of the whole secret, 64 hexadecimal digits
  /// @throws BrokenRule when it is none
  public static ImportedSecret parse(String hex) {
    if (!hex.matches("[0-9a-fA-F]{64}")) {
      throw BrokenRule.of(
          "secret_sha256", "must be the SHA-256 of the whole secret, 64 hexadecimal digits");
    }
    return new ImportedSecret(HexFormat.of().parseHex(hex));
  }

  /// What it is looked up by, under a version of the pepper.
  public SecretId id(Pepper pepper, int version) {
    byte[] named = Arrays.copyOf(digest, DIGEST_LENGTH + 1);
    named[DIGEST_LENGTH] = NAME;
    return SecretId.imported(pepper.hmac(version, named));
  }

  /// The bytes an HMAC is computed over.
  public byte[] bytes() {
    return digest.clone();
  }

  /// What is kept of it.
  public StoredSecret stored(KeyId key, Pepper pepper) {
    int version = pepper.currentVersion();
    return new StoredSecret(id(pepper, version), key, pepper.hmac(version, digest), version, null);
  }

  @Override
  public String toString() {
    return "ImportedSecret";
  }
}
