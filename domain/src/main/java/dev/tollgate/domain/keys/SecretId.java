package dev.tollgate.domain.keys;

import java.nio.ByteBuffer;

/// The eight base-62 characters inside a key that name its secret, so that two secrets of one key
/// can live side by side. Not a secret itself; kept as one `long` to be a cheap map key. A secret
/// that was imported has no such characters; its name is made from an HMAC, and is negative.
public record SecretId(long value) {
  static final int LENGTH = 8;
  private static final long COUNT = 218_340_105_584_896L;

  /// @param random any number; its value modulo 62^8 becomes the id
  public static SecretId of(long random) {
    return new SecretId(Long.remainderUnsigned(random, COUNT));
  }

  /// @throws IllegalArgumentException when the text is not eight base-62 characters
  public static SecretId parse(String text) {
    if (text.length() != LENGTH) {
      throw new IllegalArgumentException("secret id has 8 characters");
    }
    long value = 0;
    for (int i = 0; i < LENGTH; i++) {
      int digit = Base62.value(text.charAt(i));
      if (digit < 0) {
        throw new IllegalArgumentException("secret id is not base 62");
      }
      value = value * 62 + digit;
    }
    return new SecretId(value);
  }

  /// The name of an imported secret.
  ///
  /// @param hmac of at least eight bytes
  static SecretId imported(byte[] hmac) {
    return new SecretId(ByteBuffer.wrap(hmac).getLong() | Long.MIN_VALUE);
  }

  public boolean isImported() {
    return value < 0;
  }

  @Override
  public String toString() {
    if (isImported()) {
      return "imported";
    }
    char[] out = new char[LENGTH];
    long rest = value;
    for (int i = LENGTH - 1; i >= 0; i--) {
      out[i] = Base62.digit((int) (rest % 62));
      rest /= 62;
    }
    return new String(out);
  }
}
