package dev.tollgate.domain.reporting;

import dev.tollgate.domain.inference.CallRecord.Outcome;
import dev.tollgate.domain.rules.BrokenRule;

/// Which calls to show by how they ended.
public sealed interface StatusFilter {
  boolean matches(Outcome outcome);

  /// Those that went well.
  record Ok() implements StatusFilter {
    @Override
    public boolean matches(Outcome outcome) {
      return !outcome.isError();
    }
  }

  /// Those that did not.
  record Failed() implements StatusFilter {
    @Override
    public boolean matches(Outcome outcome) {
      return outcome.isError();
    }
  }

  /// Those that ended with one HTTP status.
  record Exactly(int status) implements StatusFilter {
    @Override
    public boolean matches(Outcome outcome) {
      return outcome.status() == status;
    }
  }

  /// @throws BrokenRule when it is none of `ok`, `error` and an HTTP status
  static StatusFilter parse(String text) {
    return switch (text) {
      case "ok" -> new Ok();
      case "error" -> new Failed();
      default -> {
        if (!text.matches("[1-5][0-9][0-9]")) {
          throw BrokenRule.of("status", "must be ok, error or an HTTP status");
        }
        yield new Exactly(Integer.parseInt(text));
      }
    };
  }
}
