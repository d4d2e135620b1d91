package dev.tollgate.domain.jobs;

import dev.tollgate.domain.ids.OperationId;
import dev.tollgate.domain.ids.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An operation of the kind that runs on its own.
///
/// @param method the name of the contract's method, such as `VerifyLedger`
/// @param actor who began it
/// @param surface the way the request came by
/// @param request the id of the request that began it
/// @param input the request in the contract's bytes; null when it holds a secret, and then no other
///   node can go on with it
/// @param progress how much is done, in its own words, or null
/// @param outcome null while it runs
public record Job(
    OperationId id,
    TenantId tenant,
    String method,
    String actor,
    String surface,
    String request,
    byte @Nullable [] input,
    @Nullable String progress,
    @Nullable Outcome outcome,
    Instant createdAt,
    @Nullable Instant finishedAt) {
  /// How it ended.
  public sealed interface Outcome {
    /// @param answer in the contract's bytes
    record Done(byte[] answer) implements Outcome {}

    /// @param reason a code of docs/errors.md
    /// @param field the field at fault, or null
    record Failed(String reason, @Nullable String field, String detail) implements Outcome {}
  }

  /// How far it has come.
  public enum State {
    RUNNING,
    DONE,
    FAILED
  }

  public State state() {
    return switch (outcome) {
      case null -> State.RUNNING;
      case Outcome.Done _ -> State.DONE;
      case Outcome.Failed _ -> State.FAILED;
    };
  }
}
