package dev.tollgate.persistence.embedded;

import java.nio.file.Path;

/// The embedded database did not start. The message says why and what to do.
public final class EmbeddedFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EmbeddedFailure(Path folder, Exception cause) {
    super(
        "PostgreSQL did not start in "
            + folder
            + ": "
            + cause.getMessage()
            + ". See "
            + folder.resolve("postgres.log")
            + "; if the folder is damaged and its data may go, delete it.",
        cause);
  }
}
