package dev.tollgate.domain.secrets;

import dev.tollgate.domain.rules.BrokenRule;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A secret in memory: never a `String` field, never printed, wiped when closed.
public final class Secret implements AutoCloseable {
  private final byte[] bytes;

  private Secret(byte[] bytes) {
    this.bytes = bytes;
  }

  /// Takes ownership of the array.
  public static Secret owning(byte[] bytes) {
    return new Secret(bytes);
  }

  public static Secret of(String text) {
    return new Secret(text.getBytes(StandardCharsets.UTF_8));
  }

  /// The bytes themselves; the caller must neither keep nor change them.
  public byte[] bytes() {
    return bytes;
  }

  /// What can stand in a header as it is.
  ///
  /// @throws BrokenRule naming the field
  public void requireSendable(String field) {
    for (byte each : bytes) {
      if (each <= ' ' || each == 127) {
        throw BrokenRule.of(
            field,
            "must be visible ASCII characters. A blank or a line break was pasted along, or another"
                + " character");
      }
    }
  }

  /// As a string, for the header of one request.
  public String reveal() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// The last four characters when it is long enough not to be given away by them.
  public String hint() {
    String text = reveal();
    return text.length() >= 16 ? text.substring(text.length() - 4) : "";
  }

  @Override
  public void close() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "***";
  }
}
