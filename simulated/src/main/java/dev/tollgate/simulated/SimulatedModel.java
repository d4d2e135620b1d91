package dev.tollgate.simulated;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The models on offer. Those that fail are `sim-small` until they do.
enum SimulatedModel {
  SMALL("sim-small", Fate.ANSWERS),
  LARGE("sim-large", Fate.ANSWERS),
  EMBED("sim-embed", Fate.ANSWERS),
  RATE_LIMITED("sim-429", Fate.RATE_LIMITED),
  STALL("sim-stall", Fate.STALLS),
  RESET("sim-reset", Fate.RESETS),
  BILLING_STOP("sim-billing-stop", Fate.OUT_OF_CREDIT);

  /// How a call of a model goes.
  enum Fate {
    ANSWERS,
    RATE_LIMITED,
    STALLS,
    RESETS,
    OUT_OF_CREDIT
  }

  private final String id;
  private final Fate fate;

  SimulatedModel(String id, Fate fate) {
    this.id = id;
    this.fate = fate;
  }

  static @Nullable SimulatedModel named(String id) {
    for (SimulatedModel model : values()) {
      if (model.id.equals(id)) {
        return model;
      }
    }
    return null;
  }

  static List<SimulatedModel> all() {
    return List.of(values());
  }

  String id() {
    return id;
  }

  Fate fate() {
    return fate;
  }

  /// Tokens of an answer that nothing cuts short, roughly.
  int usualTokens() {
    return this == LARGE ? 120 : 60;
  }

  /// Whether it thinks before it answers, and bills for it.
  boolean reasons() {
    return this == LARGE;
  }

  /// Whether it bills what it writes to its automatic cache.
  boolean billsCacheWrites() {
    return this == LARGE;
  }

  boolean embeds() {
    return this != SMALL && this != LARGE;
  }

  boolean talks() {
    return this != EMBED;
  }
}
