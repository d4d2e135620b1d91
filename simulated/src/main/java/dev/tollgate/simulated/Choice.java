package dev.tollgate.simulated;

/// One of the answers to a prompt.
///
/// @param tokens visible ones
/// @param reasoning tokens spent before them
record Choice(Content content, Finish finish, long tokens, long reasoning) {
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
