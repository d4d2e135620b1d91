package dev.tollgate.simulated;

import java.util.Set;

/// How hard a model is to think.
final class Efforts {
  private static final Set<String> KNOWN =
      Set.of("none", "minimal", "low", "medium", "high", "xhigh", "max");

  private Efforts() {}

  static void check(Fields owner, String name) {
    String effort = owner.text(name);
    if (effort != null && !KNOWN.contains(effort)) {
      throw owner.wrongValue(name, "none, minimal, low, medium, high, xhigh or max is expected");
    }
  }
}
