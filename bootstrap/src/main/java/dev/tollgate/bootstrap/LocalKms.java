package dev.tollgate.bootstrap;

import dev.tollgate.domain.secrets.AesGcm;
import dev.tollgate.domain.secrets.Kms;
import java.security.SecureRandom;
import java.util.Arrays;

/// A key-encryption key in this process, from a file or the environment.
final class LocalKms implements Kms {
  private final String keyId;
  private final byte[] key;
  private final SecureRandom random;

  LocalKms(String keyId, byte[] key, SecureRandom random) {
    if (key.length != AesGcm.KEY_BYTES) {
      throw new IllegalArgumentException("the key-encryption key has 32 bytes");
    }
    this.keyId = keyId;
    this.key = key.clone();
    this.random = random;
  }

  @Override
  public String currentKeyId() {
    return keyId;
  }

  @Override
  public byte[] wrap(byte[] dataKey, byte[] associatedData) {
    byte[] nonce = new byte[AesGcm.NONCE_BYTES];
    random.nextBytes(nonce);
    byte[] sealed = AesGcm.encrypt(key, nonce, associatedData, dataKey);
    byte[] wrapped = Arrays.copyOf(nonce, nonce.length + sealed.length);
    System.arraycopy(sealed, 0, wrapped, nonce.length, sealed.length);
    return wrapped;
  }

  @Override
  public byte[] unwrap(String id, byte[] wrapped, byte[] associatedData) {
    if (!id.equals(keyId) || wrapped.length <= AesGcm.NONCE_BYTES) {
      throw new IllegalStateException("no key-encryption key " + id);
    }
    byte[] nonce = Arrays.copyOf(wrapped, AesGcm.NONCE_BYTES);
    byte[] sealed = Arrays.copyOfRange(wrapped, AesGcm.NONCE_BYTES, wrapped.length);
    return AesGcm.decrypt(key, nonce, associatedData, sealed);
  }
}
