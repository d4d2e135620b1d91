package dev.tollgate.simulated;

import org.jspecify.annotations.Nullable;

/// Why a request gets an error instead of an answer, before a dialect has shaped it.
sealed interface Rejection {
  /// What is wrong with a field.
  enum Fault {
    MISSING,
    TYPE,
    VALUE,
    UNSUPPORTED
  }

  /// @param param path of the field at fault
  /// @param code code of its own, or empty for the usual one of the fault
  /// @param detail the type that was expected, or what is wrong with the value
  record Invalid(Fault fault, String param, String code, String detail) implements Rejection {}

  /// A refusal in words of its own.
  ///
  /// @param param path of the field at fault, or null
  record Refused(int status, @Nullable String param, String message) implements Rejection {}

  record BadJson() implements Rejection {}

  record UnknownModel(String model) implements Rejection {}

  /// A model that does something else, such as one for embeddings that is asked to chat.
  record WrongKind(String model) implements Rejection {}

  record UnknownPath(String method, String path) implements Rejection {}

  record RateLimited(String model) implements Rejection {}

  record OutOfCredit() implements Rejection {}
}
