package dev.tollgate.http.errors;

import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.reasons.Reason;

/// The HTTP status of each reason, and whether the same request can do better later.
public final class Statuses {
  private Statuses() {}

  /// What a caller on `/v1` is answered with.
  public static int of(Refusal refusal) {
    Refusal.Own own = refusal.own();
    return own == null ? of(refusal.reason()) : own.status();
  }

  public static int of(Reason reason) {
    return switch (reason) {
      case CHANGE_REQUESTED -> 202;
      case INVALID_REQUEST, INVALID_JSON, INVALID_ENCODING, MISSING_REQUIRED_PARAMETER -> 400;
      case INVALID_TYPE,
          INVALID_VALUE,
          UNSUPPORTED_PARAMETER,
          DUPLICATE_PARAMETER,
          UNKNOWN_PARAMETER ->
          400;
      case BACKGROUND_NOT_ALLOWED, BAD_REQUEST, INVALID_PATH, INVALID_METHOD -> 400;
      case CONFLICTING_CREDENTIALS, ENDPOINT_NOT_SUPPORTED, PROVIDER_BAD_REQUEST -> 400;
      case CONTENT_FILTER -> 400;
      case INVALID_API_KEY, UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED, MODEL_NOT_ALLOWED, ENDPOINT_NOT_ALLOWED, ADDRESS_NOT_ALLOWED -> 403;
      case MODEL_NOT_PRICED -> 403;
      case NOT_FOUND, MODEL_NOT_FOUND, UNKNOWN_URL -> 404;
      case METHOD_NOT_ALLOWED -> 405;
      case REQUEST_TIMEOUT -> 408;
      case NAME_TAKEN,
          SECRET_TAKEN,
          KEY_REVOKED,
          PROVIDER_IN_USE,
          PRICE_IN_FORCE,
          PRICE_DATE_TAKEN ->
          409;
      case CHANGED_MEANWHILE, IDEMPOTENCY_IN_PROGRESS -> 409;
      case REQUEST_TOO_LARGE -> 413;
      case UNSUPPORTED_MEDIA_TYPE -> 415;
      case CREDENTIAL_REFUSED, IDEMPOTENCY_KEY_REUSED -> 422;
      case WEBSOCKET_NOT_SUPPORTED -> 426;
      case INSUFFICIENT_QUOTA, BUDGET_BUSY, RATE_LIMIT_EXCEEDED, PROVIDER_RATE_LIMITED -> 429;
      case CLIENT_CLOSED -> 499;
      case INTERNAL_ERROR -> 500;
      case UNSUPPORTED_OPERATION -> 501;
      case PROVIDER_ERROR, PROVIDER_UNREACHABLE, PROVIDER_BROKEN, PROVIDER_MISCONFIGURED -> 502;
      case PROVIDER_AUTH, PROVIDER_QUOTA -> 502;
      case PROVIDER_OVERLOADED, GATEWAY_BUSY, GATEWAY_STOPPING, LEDGER_UNAVAILABLE -> 503;
      case CAPTURE_UNAVAILABLE, OPERATION_INTERRUPTED -> 503;
      case PROVIDER_TIMEOUT -> 504;
    };
  }

  /// A name for people, as RFC 9457 asks for.
  static String title(int status) {
    return switch (status) {
      case 202 -> "Accepted";
      case 400 -> "Bad request";
      case 401 -> "Not authenticated";
      case 403 -> "Not allowed";
      case 404 -> "Not found";
      case 405 -> "Method not allowed";
      case 408 -> "Too slow";
      case 409 -> "Conflict";
      case 413 -> "Too large";
      case 414 -> "URL too long";
      case 415 -> "Encoding not known";
      case 422 -> "Not processable";
      case 431 -> "Headers too large";
      case 501 -> "Not implemented";
      case 503 -> "Unavailable";
      case 505 -> "HTTP version not known";
      default -> status >= 500 ? "Internal error" : "Refused";
    };
  }
}
