package dev.tollgate.domain.secrets;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// AES-256-GCM with a 96-bit nonce and a 128-bit tag (NIST SP 800-38D).
public final class AesGcm {
  public static final int NONCE_BYTES = 12;
  public static final int KEY_BYTES = 32;

  private AesGcm() {}

  public static byte[] encrypt(byte[] key, byte[] nonce, byte[] associatedData, byte[] plain) {
    try {
      return run(Cipher.ENCRYPT_MODE, key, nonce, associatedData, plain);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-256-GCM is not available", e);
    }
  }

  /// @throws IllegalStateException when key, nonce, associated data or ciphertext do not belong
  ///   together
  public static byte[] decrypt(byte[] key, byte[] nonce, byte[] associatedData, byte[] sealed) {
    try {
      return run(Cipher.DECRYPT_MODE, key, nonce, associatedData, sealed);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the ciphertext does not belong to this key and record", e);
    }
  }

  private static byte[] run(int mode, byte[] key, byte[] nonce, byte[] data, byte[] in)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(data);
    return cipher.doFinal(in);
  }
}
