package dev.tollgate.domain.ids;

import java.util.Arrays;
import java.util.UUID;

/// Text form of an id: `prefix_` and the 128 bits as 26 base-32 characters (Crockford's alphabet,
/// lower case), as in the TypeID specification.
final class TypeId {
  private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
  private static final byte[] VALUES = values();
  private static final int LENGTH = 26;

  private TypeId() {}

  static String format(String prefix, UUID id) {
    char[] out = new char[prefix.length() + 1 + LENGTH];
    prefix.getChars(0, prefix.length(), out, 0);
    out[prefix.length()] = '_';
    long high = id.getMostSignificantBits();
    long low = id.getLeastSignificantBits();
    for (int i = out.length - 1; i > prefix.length(); i--) {
      out[i] = ALPHABET[(int) (low & 31)];
      low = low >>> 5 | high << 59;
      high >>>= 5;
    }
    return new String(out);
  }

  private static IllegalArgumentException notAnId(String prefix) {
    return new IllegalArgumentException(
        "must be an id: " + prefix + "_ and " + LENGTH + " letters and digits");
  }

  static UUID parse(String prefix, String text) {
    if (text.length() != prefix.length() + 1 + LENGTH
        || !text.startsWith(prefix)
        || text.charAt(prefix.length()) != '_') {
      throw notAnId(prefix);
    }
    int first = prefix.length() + 1;
    if (text.charAt(first) > '7') {
      throw notAnId(prefix);
    }
    long high = 0;
    long low = 0;
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      int value = c < VALUES.length ? VALUES[c] : -1;
      if (value < 0) {
        throw notAnId(prefix);
      }
      high = high << 5 | low >>> 59;
      low = low << 5 | value;
    }
    return new UUID(high, low);
  }

  private static byte[] values() {
    byte[] values = new byte[128];
    Arrays.fill(values, (byte) -1);
    for (int i = 0; i < ALPHABET.length; i++) {
      values[ALPHABET[i]] = (byte) i;
    }
    return values;
  }
}
