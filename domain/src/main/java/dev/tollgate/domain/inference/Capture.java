package dev.tollgate.domain.inference;

import java.util.Locale;

/// What is kept of a call beside tokens, cost and times. `NONE` keeps nothing about the client,
/// `METADATA` its address, agent and the metadata it sent, `FULL` also request and response;
/// `REQUIRED` keeps what `FULL` does, and a call whose content cannot be kept is not made.
public enum Capture {
  NONE,
  METADATA,
  FULL,
  REQUIRED;

  /// Whether request and response are kept.
  public boolean keepsContent() {
    return this == FULL || this == REQUIRED;
  }

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
    throw new IllegalArgumentException("capture must be none, metadata, full or required");
  }
}
