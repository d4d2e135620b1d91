package dev.tollgate.dialects.sse;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Names of members that hold text, by their first letter. Immutable.
public final class TextKeys {
  private final byte[][][] byInitial = new byte['z' - 'a' + 1][][];

  private TextKeys(String... names) {
    for (int i = 0; i < byInitial.length; i++) {
      char initial = (char) ('a' + i);
      byInitial[i] =
          Arrays.stream(names)
              .filter(name -> name.charAt(0) == initial)
              .map(name -> ('"' + name + '"').getBytes(StandardCharsets.US_ASCII))
              .toArray(byte[][]::new);
    }
  }

  /// @param names that begin with a small letter
  public static TextKeys of(String... names) {
    return new TextKeys(names);
  }

  /// The names in their quotes that begin with a small letter.
  byte[][] startingWith(byte initial) {
    return byInitial[initial - 'a'];
  }
}
