package dev.tollgate.domain.inference;

/// The languages in which calls are made and answered. What each looks like stands in the room
/// `dialects`.
public enum Dialect {
  /// OpenAI's chat completions, with the older completions and the embeddings beside them.
  CHAT,
  /// OpenAI's responses.
  RESPONSES,
  /// Anthropic's messages.
  MESSAGES
}
