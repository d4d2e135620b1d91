package dev.tollgate.simulated;

import java.util.List;

/// What an answer is billed for. All parts are disjoint.
record Tally(Input input, long visible, long reasoning) {
  static Tally of(Input input, List<Choice> choices) {
    return new Tally(
        input,
        choices.stream().mapToLong(Choice::tokens).sum(),
        choices.stream().mapToLong(Choice::reasoning).sum());
  }

  long output() {
    return visible + reasoning;
  }

  long total() {
    return input.total() + output();
  }

  /// @param cached read from the prompt cache
  /// @param written to the cache, for the usual time
  /// @param writtenHour to the cache, for an hour
  record Input(long fresh, long cached, long written, long writtenHour) {
    static Input fresh(long tokens) {
      return new Input(tokens, 0, 0, 0);
    }

    long total() {
      return fresh + cached + written + writtenHour;
    }
  }
}
