package dev.tollgate.proto;

import org.jspecify.annotations.Nullable;

/// A request that breaks the contract. Its message says what is wrong and what to do, in one
/// sentence.
public final class InvalidRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String field;

  /// @param field with its path, `budget.raise.to`, or null when it is the request as a whole
  public InvalidRequest(@Nullable String field, String detail) {
    super(detail, null, false, false);
    this.field = field;
  }

  public @Nullable String field() {
    return field;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }
}
