package dev.tollgate.domain.authority;

import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.rules.BrokenRule;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a use case answers. Nothing throws for an expected answer.
public sealed interface Result<A> {
  /// It was done, and this came of it.
  record Done<A>(A value) implements Result<A> {
    /// It may hold a secret, which is not printed.
    @Override
    public String toString() {
      return "Done";
    }
  }

  /// The command breaks a rule.
  ///
  /// @param field as it is named where it is sent, or null when it is the command as a whole
  /// @param rule the rule as a sentence without its full stop
  record Invalid<A>(@Nullable String field, String rule) implements Result<A> {}

  /// What the command is about does not exist.
  ///
  /// @param noun what it is called
  record Missing<A>(String noun) implements Result<A> {}

  /// It cannot be done as things are.
  ///
  /// @param detail why, and what to do, as a sentence
  record Conflict<A>(Reason reason, String detail) implements Result<A> {}

  /// The change needs a second person and has become a change request.
  record Requested<A>(String id, String url) implements Result<A> {}

  /// The actor has no right to it.
  ///
  /// @param object where the object belongs to which the right is missing, or null when it is
  ///   missing altogether
  record Forbidden<A>(Permission permission, @Nullable Scope object) implements Result<A> {
    public Forbidden(Permission permission) {
      this(permission, null);
    }
  }

  static <A> Result<A> done(A value) {
    return new Done<>(value);
  }

  /// @param noun what it is called
  static <A> Result<A> found(Optional<A> value, String noun) {
    return value.<Result<A>>map(Done::new).orElseGet(() -> new Missing<>(noun));
  }

  /// Answers [Invalid] for what breaks a rule of the domain.
  static <A> Result<A> checked(Supplier<Result<A>> work) {
    try {
      return work.get();
    } catch (BrokenRule e) {
      return new Invalid<>(e.field(), String.valueOf(e.getMessage()));
    }
  }

  /// Answers [Forbidden] unless the actor has a right in its whole tenant, and [Invalid] for what
  /// breaks a rule of the domain.
  static <A> Result<A> permitted(Actor actor, Permission permission, Supplier<Result<A>> work) {
    return actor.may(permission, Scope.of(actor.tenant()))
        ? checked(work)
        : new Forbidden<>(permission);
  }

  /// The same answer with another value.
  default <B> Result<B> map(Function<? super A, ? extends B> mapper) {
    return then(value -> new Done<>(mapper.apply(value)));
  }

  /// What comes next, unless there is nothing to go on with.
  default <B> Result<B> then(Function<? super A, Result<B>> next) {
    return switch (this) {
      case Done<A>(A value) -> next.apply(value);
      case Invalid<A>(String field, String rule) -> new Invalid<>(field, rule);
      case Missing<A>(String noun) -> new Missing<>(noun);
      case Conflict<A>(Reason reason, String detail) -> new Conflict<>(reason, detail);
      case Requested<A>(String id, String url) -> new Requested<>(id, url);
      case Forbidden<A>(Permission permission, Scope object) -> new Forbidden<>(permission, object);
    };
  }

  /// The same answer for a command that is a part of another: its fields stand below a member.
  default Result<A> under(String member) {
    if (this instanceof Invalid<A>(String field, String rule) && field != null) {
      String path = member + "." + field;
      return new Invalid<>(path, rule.startsWith(field) ? member + "." + rule : rule);
    }
    return this;
  }

  /// Forbidden unless the actor has the right on what was found.
  default Result<A> allowed(Actor actor, Permission permission, Function<? super A, Scope> scope) {
    return then(
        value -> {
          Scope object = scope.apply(value);
          return actor.may(permission, object)
              ? new Done<>(value)
              : new Forbidden<>(permission, object);
        });
  }
}
