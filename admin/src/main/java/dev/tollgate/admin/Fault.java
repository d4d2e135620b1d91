package dev.tollgate.admin;

import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.proto.InvalidRequest;
import org.jspecify.annotations.Nullable;

/// Why a request is refused, for every surface to say in its own form.
///
/// @param field with its path, or null
/// @param detail what is wrong and what to do, as a sentence
/// @param change the change request that it has become, or null
public record Fault(
    Reason reason, @Nullable String field, String detail, @Nullable ChangeRequest change) {
  /// @param url where it is decided
  public record ChangeRequest(String id, String url) {}

  Fault(Reason reason, @Nullable String field, String detail) {
    this(reason, field, detail, null);
  }

  static Fault of(Reason reason, String detail) {
    return new Fault(reason, null, detail);
  }

  /// What is wrong with a request that a surface could not read.
  public static Fault of(InvalidRequest e) {
    return new Fault(Reason.INVALID_REQUEST, e.field(), e.detail());
  }

  static Fault of(BrokenRule e) {
    return new Fault(Reason.INVALID_REQUEST, e.field(), sentence(String.valueOf(e.getMessage())));
  }

  static Fault missing(String noun) {
    return of(Reason.NOT_FOUND, "There is no such " + noun + ".");
  }

  static Fault unauthenticated() {
    return of(Reason.UNAUTHENTICATED, "Send the admin token as 'Authorization: Bearer tga_...'.");
  }

  static Fault forbidden(Permission permission) {
    return of(Reason.PERMISSION_DENIED, "This needs the permission " + permission.wire() + ".");
  }

  private static Fault ofPlatform(Permission permission) {
    return of(
        Reason.PERMISSION_DENIED,
        "This belongs to the platform's catalogue. A tenant sees it and cannot change it; it needs"
            + " the permission "
            + permission.wire()
            + " and X-Tollgate-Tenant: platform.");
  }

  static Fault requested(String id, String url) {
    return new Fault(
        Reason.CHANGE_REQUESTED,
        null,
        "The change needs a second person. It has become the change request " + id + ".",
        new ChangeRequest(id, url));
  }

  static Fault unavailable() {
    return of(
        Reason.LEDGER_UNAVAILABLE,
        "The database does not answer, or is busy with other reports. Try again shortly.");
  }

  static Fault internal() {
    return of(Reason.INTERNAL_ERROR, "Tollgate failed to handle the request.");
  }

  /// What an answer other than done means, or null when it is done.
  static @Nullable Fault of(Result<?> result) {
    return switch (result) {
      case Result.Done<?> _ -> null;
      case Result.Invalid<?>(String field, String rule) ->
          new Fault(Reason.INVALID_REQUEST, field, sentence(rule));
      case Result.Missing<?>(String noun) -> missing(noun);
      case Result.Conflict<?>(Reason reason, String detail) -> of(reason, detail);
      case Result.Requested<?>(String id, String url) -> requested(id, url);
      case Result.Forbidden<?>(Permission permission, Scope object) ->
          object != null && object.tenant().isPlatform()
              ? ofPlatform(permission)
              : forbidden(permission);
    };
  }

  private static String sentence(String rule) {
    return rule.endsWith(".") ? rule : rule + ".";
  }
}
