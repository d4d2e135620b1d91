package dev.tollgate.domain.inference;

import java.util.Locale;

/// What is kept of a call beside tokens, cost and times. `NONE` keeps nothing about the client,
/// `METADATA` its address, agent and the metadata it sent, `FULL` also request and response.
public enum Capture {
  NONE,
  METADATA,
  FULL;

  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// @throws IllegalArgumentException when there is no such policy
  public static Capture parse(String wire) {
    for (Capture capture : values()) {
      if (capture.wire().equals(wire)) {
        return capture;
      }
    }
    throw new IllegalArgumentException("capture must be none, metadata or full");
  }
}
