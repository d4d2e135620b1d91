package dev.tollgate.bootstrap;

import java.nio.file.Path;

/// Text for people to paste into a shell.
final class Shell {
  private Shell() {}

  /// A path as one word.
  static String word(Path path) {
    String text = path.toString();
    return text.matches("[A-Za-z0-9_./-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
