package dev.tollgate.domain.inference;

/// What a call on `/v1` asks a model for, whichever dialect it asks in.
public enum Operation {
  /// The next message of a conversation.
  GENERATE(true),
  /// The rest of a text.
  COMPLETE(true),
  /// Vectors that stand for texts.
  EMBED(false),
  /// How many tokens a prompt has. No provider bills it.
  COUNT(false);

  private final boolean output;

  Operation(boolean output) {
    this.output = output;
  }

  /// Whether the model writes something, which may then be streamed.
  public boolean hasOutput() {
    return output;
  }

  public boolean isFree() {
    return this == COUNT;
  }
}
