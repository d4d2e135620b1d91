package dev.tollgate.simulated;

/// One of the answers to a prompt.
///
/// @param tokens visible ones
/// @param reasoning tokens spent before them
record Choice(Content content, Finish finish, long tokens, long reasoning) {
  /// The same text behind another, which is not billed again.
  Choice behind(String prompt) {
    return content instanceof Content.Text(String text)
        ? new Choice(new Content.Text(prompt + text), finish, tokens, reasoning)
        : this;
  }

  /// What it says.
  sealed interface Content {
    record Text(String text) implements Content {}

    /// @param arguments JSON text, torn where the tokens ran out
    record Call(String name, String arguments) implements Content {}
  }

  /// Why it ends.
  sealed interface Finish {
    record Done() implements Finish {}

    record Stopped(String sequence) implements Finish {}

    record Length() implements Finish {}

    record Called() implements Finish {}
  }
}
