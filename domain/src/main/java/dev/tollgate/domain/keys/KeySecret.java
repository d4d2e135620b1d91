package dev.tollgate.domain.keys;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// The secret a caller holds: `tgk_<8 characters naming it>_<43 random characters><6 of checksum>`.
/// 43 base-62 characters carry 256 bits. The checksum (CRC-32 of all before it) lets a mistyped key
/// be refused before any look-up, and secret scanners match one pattern:
/// `tgk_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}`. Its [#toString] shows nothing.
public final class KeySecret {
  public static final String PREFIX = "tgk_";
  private static final int RANDOM_LENGTH = 43;
  private static final int CHECK_LENGTH = 6;
  private static final int RANDOM_START = PREFIX.length() + SecretId.LENGTH + 1;
  private static final int CHECK_START = RANDOM_START + RANDOM_LENGTH;
  public static final int LENGTH = CHECK_START + CHECK_LENGTH;

  private final SecretId id;
  private final String text;

  private KeySecret(SecretId id, String text) {
    this.id = id;
    this.text = text;
  }

  /// Makes a new secret. The generator must be cryptographically strong.
  public static KeySecret generate(RandomGenerator random) {
    SecretId id = SecretId.of(random.nextLong());
    StringBuilder text = new StringBuilder(LENGTH).append(PREFIX).append(id).append('_');
    for (int i = 0; i < RANDOM_LENGTH; i++) {
      text.append(Base62.digit(random.nextInt(62)));
    }
    appendCheck(text, crc(text));
    return new KeySecret(id, text.toString());
  }

  /// The secret, or null when the text does not have the form of one or its checksum is wrong.
  /// Makes no look-up.
  public static @Nullable KeySecret parse(String text) {
    if (text.length() != LENGTH
        || !text.startsWith(PREFIX)
        || text.charAt(RANDOM_START - 1) != '_') {
      return null;
    }
    for (int i = PREFIX.length(); i < LENGTH; i++) {
      if (i != RANDOM_START - 1 && Base62.value(text.charAt(i)) < 0) {
        return null;
      }
    }
    long check = 0;
    for (int i = CHECK_START; i < LENGTH; i++) {
      check = check * 62 + Base62.value(text.charAt(i));
    }
    if (check != crc(text)) {
      return null;
    }
    return new KeySecret(SecretId.parse(text.substring(PREFIX.length(), RANDOM_START - 1)), text);
  }

  public SecretId id() {
    return id;
  }

  /// The last four characters, shown in lists so that people can tell keys apart.
  public String hint() {
    return text.substring(LENGTH - 4);
  }

  /// The whole secret, to be shown to its new owner once.
  public String reveal() {
    return text;
  }

  /// The bytes an HMAC is computed over.
  public byte[] bytes() {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Override
  public String toString() {
    return "tgk_***";
  }

  private static long crc(CharSequence text) {
    CRC32 crc = new CRC32();
    for (int i = 0; i < CHECK_START; i++) {
      crc.update(text.charAt(i));
    }
    return crc.getValue();
  }

  private static void appendCheck(StringBuilder text, long crc) {
    char[] out = new char[CHECK_LENGTH];
    long rest = crc;
    for (int i = CHECK_LENGTH - 1; i >= 0; i--) {
      out[i] = Base62.digit((int) (rest % 62));
      rest /= 62;
    }
    text.append(out);
  }
}
