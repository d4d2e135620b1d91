package dev.tollgate.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The embedded database did not start. The message says why and what to do.
public final class EmbeddedFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LINES = 8;

  EmbeddedFailure(Path folder, Exception cause) {
    super(
        "PostgreSQL did not start in "
            + folder
            + ": "
            + cause.getMessage()
            + "."
            + withCure(lastWords(folder.resolve("postgres.log"))),
        cause);
  }

  private static String withCure(String lastWords) {
    return lastWords
        + (lastWords.contains("could not look up effective user ID")
            ? " Add a line for this user to /etc/passwd, or start as a user who has one."
            : " If the folder is damaged and its data may go, delete it.");
  }

  /// The end of the server's own log, which knows more than the library does.
  private static String lastWords(Path log) {
    try {
      List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
      if (lines.isEmpty()) {
        return "";
      }
      List<String> last = lines.subList(Math.max(0, lines.size() - LINES), lines.size());
      return " The end of " + log + " is:\n  " + String.join("\n  ", last) + "\n";
    } catch (IOException e) {
      return " See " + log + ".";
    }
  }
}
