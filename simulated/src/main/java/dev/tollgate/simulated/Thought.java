package dev.tollgate.simulated;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// What a model that thinks shows of its thinking: a summary, and a signature by which it knows its
/// own thoughts again. A signature holds for one model.
///
/// @param words empty when they are not to be shown
record Thought(String words, String signature) {
  private static final String MARK = "sim:";

  /// @param about what is thought about
  /// @param shown whether its words are shown
  static Thought of(SimulatedModel model, String about, boolean shown) {
    String words = "The answer must fit what was asked: " + Tokens.first(about, 12);
    long seal = Fingerprint.join(Fingerprint.of(model.id()), Fingerprint.of(words));
    String signature = MARK + Long.toHexString(seal) + ':' + Long.toHexString(check(model, seal));
    return new Thought(
        shown ? words : "",
        Base64.getEncoder().encodeToString(signature.getBytes(StandardCharsets.US_ASCII)));
  }

  /// Whether a signature, or an encrypted thought, is of this model's making.
  static boolean isOwn(SimulatedModel model, String signature) {
    try {
      String text = new String(Base64.getDecoder().decode(signature), StandardCharsets.US_ASCII);
      String[] parts = text.split(":", -1);
      return parts.length == 3
          && text.startsWith(MARK)
          && Long.toHexString(check(model, Long.parseUnsignedLong(parts[1], 16))).equals(parts[2]);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static long check(SimulatedModel model, long seal) {
    return Fingerprint.join(seal, Fingerprint.of("thought of " + model.id()));
  }
}
