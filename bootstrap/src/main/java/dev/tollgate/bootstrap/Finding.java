package dev.tollgate.bootstrap;

import java.util.Locale;

/// One line of a doctor's report.
///
/// @param cure what to do, empty when nothing has to be done
record Finding(String check, Level level, String text, String cure) {
  enum Level {
    OK,
    WARNING,
    FAULT;

    String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String check, String text) {
    return new Finding(check, Level.OK, text, "");
  }

  static Finding warning(String check, String text, String cure) {
    return new Finding(check, Level.WARNING, text, cure);
  }

  static Finding fault(String check, String text, String cure) {
    return new Finding(check, Level.FAULT, text, cure);
  }
}
