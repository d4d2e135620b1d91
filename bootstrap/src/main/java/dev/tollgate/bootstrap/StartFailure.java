package dev.tollgate.bootstrap;

import org.jspecify.annotations.Nullable;

/// The program cannot start. The message names cause and cure in a line.
final class StartFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StartFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
