package dev.tollgate.domain.keys;

import java.util.Arrays;

/// Digits 0-9, A-Z, a-z.
final class Base62 {
  private static final char[] DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".toCharArray();
  private static final byte[] VALUES = values();

  private Base62() {}

  static char digit(int value) {
    return DIGITS[value];
  }

  /// The value of a digit, or -1 when the character is none.
  static int value(char c) {
    return c < VALUES.length ? VALUES[c] : -1;
  }

  private static byte[] values() {
    byte[] values = new byte[128];
    Arrays.fill(values, (byte) -1);
    for (int i = 0; i < DIGITS.length; i++) {
      values[DIGITS[i]] = (byte) i;
    }
    return values;
  }
}
