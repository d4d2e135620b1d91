package dev.tollgate.simulated;

import java.util.Set;

/// The service tiers that a request can ask for, and the one that serves it.
final class Tiers {
  private static final Set<String> SERVED = Set.of("default", "flex", "scale", "priority");

  private Tiers() {}

  /// By OpenAI's names: `auto` and none at all are the usual one, `fast` is another name of
  /// `priority`.
  static String openAi(Fields body) {
    String asked = body.text("service_tier");
    if (asked == null || asked.equals("auto")) {
      return "default";
    }
    if (asked.equals("fast")) {
      return "priority";
    }
    if (!SERVED.contains(asked)) {
      throw body.wrongValue(
          "service_tier", "auto, default, flex, scale, priority or fast is expected");
    }
    return asked;
  }

  /// By Anthropic's names. Nobody has a commitment here, so all are served by the usual one.
  static String anthropic(Fields body) {
    String asked = body.text("service_tier");
    if (asked != null && !asked.equals("auto") && !asked.equals("standard_only")) {
      throw body.wrongValue("service_tier", "Input should be 'auto' or 'standard_only'");
    }
    return "standard";
  }

  /// Anthropic's faster and dearer mode.
  static String speed(Fields body) {
    String asked = body.text("speed");
    if (asked != null && !asked.equals("standard") && !asked.equals("fast")) {
      throw body.wrongValue("speed", "Input should be 'standard' or 'fast'");
    }
    return asked == null ? "standard" : asked;
  }
}
