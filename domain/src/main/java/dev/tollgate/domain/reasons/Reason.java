package dev.tollgate.domain.reasons;

import java.util.Locale;

/// Why something is refused. Callers rely on the names: one may be added, none is changed.
/// docs/errors.md is made from it.
public enum Reason {
  // The request itself.
  INVALID_REQUEST(
      "a field breaks a rule; `errors` names it. Without `errors` the body of a management request"
          + " cannot be read"),
  INVALID_JSON("on `/v1` the body is not one JSON object, is nested too deeply, or is not UTF-8"),
  INVALID_ENCODING("the body is not in the `content-encoding` that it names"),
  MISSING_REQUIRED_PARAMETER("a parameter is missing; `param` names it"),
  INVALID_TYPE("a parameter is of another type; `param` names it"),
  INVALID_VALUE("a parameter has a value that is not allowed; `param` names it"),
  UNSUPPORTED_PARAMETER("a parameter cannot be used with this call; `param` names it"),
  UNKNOWN_PARAMETER(
      "a parameter is named in other letters than it has (`Model`); `param` names it"),
  DUPLICATE_PARAMETER("a parameter stands twice; `param` names it"),
  BACKGROUND_NOT_ALLOWED("a background answer under a budget: nobody would settle it"),
  BAD_REQUEST(
      "the request is not well-formed HTTP; with status 414, 431, 501 or 505 where one of these"
          + " says more"),
  INVALID_PATH(
      "the path holds `//`, dots, `;`, a backslash, `#`, an escape that is not needed, or `%2F`"
          + " outside the name of a model"),
  INVALID_METHOD("the method has small letters"),
  CONFLICTING_CREDENTIALS("two different Tollgate keys in one request"),
  ENDPOINT_NOT_SUPPORTED("no provider of the model serves this kind of call"),
  REQUEST_TIMEOUT("the request did not arrive in time: 7 s, and 32 KiB a second"),
  REQUEST_TOO_LARGE("more than 32 MiB, or `http.largest_body`; 1 MiB on the management side"),
  UNSUPPORTED_MEDIA_TYPE("on `/v1` a `content-encoding` other than gzip, zstd or identity"),
  WEBSOCKET_NOT_SUPPORTED("`/v1` speaks no WebSocket; send the request by POST"),
  // Who asks.
  INVALID_API_KEY("an unknown, revoked, disabled or expired key"),
  UNAUTHENTICATED("no token, or none that is valid here"),
  PERMISSION_DENIED("the token has no right to this; the text names the permission"),
  MODEL_NOT_ALLOWED("the key's policy does not allow the model"),
  ENDPOINT_NOT_ALLOWED("the key's policy does not allow this kind of call"),
  ADDRESS_NOT_ALLOWED("the key's policy does not allow the caller's address"),
  MODEL_NOT_PRICED("the model has no price, and a budget with a limit counts this call"),
  // What it is about.
  NOT_FOUND("what the request is about does not exist"),
  MODEL_NOT_FOUND("there is no such model"),
  UNKNOWN_URL("there is nothing at this URL"),
  METHOD_NOT_ALLOWED("the URL takes other methods; `Allow` lists them"),
  UNSUPPORTED_OPERATION("the provider does not know this kind of call"),
  NAME_TAKEN("there is one of that name"),
  SECRET_TAKEN("there is a key with that secret"),
  KEY_REVOKED("a revoked key stays revoked"),
  PROVIDER_IN_USE("models still name the provider; change or remove them first"),
  PRICE_IN_FORCE(
      "a price that is or was in force is not changed or removed; set a newer one, or another with"
          + " its date"),
  PRICE_DATE_TAKEN("there is a price of that provider and model with that date"),
  CREDENTIAL_REFUSED("the provider refuses the new credential; the old one stays in use"),
  CHANGED_MEANWHILE("somebody else changed it meanwhile; read it and try again"),
  IDEMPOTENCY_IN_PROGRESS("a request with this `Idempotency-Key` is running; try again shortly"),
  IDEMPOTENCY_KEY_REUSED("this `Idempotency-Key` was used for another request"),
  CHANGE_REQUESTED("the change needs a second person; it has become a change request"),
  OPERATION_INTERRUPTED("the node that ran the operation stopped; begin it again"),
  // Limits.
  INSUFFICIENT_QUOTA(
      "final: what is settled leaves no room for the call; `error.budget` names the budget"),
  BUDGET_BUSY("only running calls are in the way, and it has waited in line for 10 s"),
  RATE_LIMIT_EXCEEDED(
      "too many unknown keys came from this address within a second; keys that are in use go on"),
  // Providers.
  PROVIDER_BAD_REQUEST(
      "the provider refused the request. Its own code stands in `error.provider_code`, unless"
          + " clients decide by it: then it is passed on as `code`"),
  CONTENT_FILTER("the provider's content filter"),
  PROVIDER_RATE_LIMITED("the provider's limit"),
  PROVIDER_OVERLOADED("the provider is overloaded"),
  PROVIDER_ERROR("the provider failed and said so"),
  PROVIDER_UNREACHABLE("no connection to the provider"),
  PROVIDER_BROKEN("the connection to the provider broke"),
  PROVIDER_TIMEOUT("the provider took too long"),
  PROVIDER_MISCONFIGURED(
      "the provider does not know the deployment, or answered with something else; an"
          + " administrator must look"),
  PROVIDER_AUTH("the provider refuses the gateway's credential; an administrator must look"),
  PROVIDER_QUOTA("the gateway's account has no credit left; an administrator must look"),
  // The gateway.
  GATEWAY_BUSY("the bodies of requests take all memory that there is for them"),
  GATEWAY_STOPPING("the gateway is stopping"),
  LEDGER_UNAVAILABLE("the database does not answer, or is busy with other reports"),
  CAPTURE_UNAVAILABLE("the content of the call must be kept, and its store does not answer"),
  INTERNAL_ERROR("a defect; please report it with the id of the request"),
  CLIENT_CLOSED("the caller broke the call off; only recorded, with status 499");

  private final String wire = name().toLowerCase(Locale.ROOT);
  private final String meaning;

  Reason(String meaning) {
    this.meaning = meaning;
  }

  /// The code by which callers know it.
  public String wire() {
    return wire;
  }

  /// What it means and, where that helps, what to do: for the documentation.
  public String meaning() {
    return meaning;
  }

  /// @throws IllegalArgumentException when there is none of that code
  public static Reason parse(String wire) {
    for (Reason reason : values()) {
      if (reason.wire.equals(wire)) {
        return reason;
      }
    }
    throw new IllegalArgumentException("there is no reason " + wire);
  }
}
