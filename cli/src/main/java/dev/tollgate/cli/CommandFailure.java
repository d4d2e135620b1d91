package dev.tollgate.cli;

/// Ends a command with a message for the user and an exit code. The message says the cause and,
/// where there is one, the cure; it never holds a key.
final class CommandFailure extends RuntimeException {
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int SIGN_IN_NEEDED = 4;
  static final int NOT_FOUND = 5;
  static final int CONFLICT = 6;
  static final int FORBIDDEN = 7;
  static final int LIMIT_REACHED = 8;

  private static final long serialVersionUID = 1L;

  private final int exitCode;

  CommandFailure(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  static CommandFailure failed(String message) {
    return new CommandFailure(FAILED, message);
  }

  int exitCode() {
    return exitCode;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
