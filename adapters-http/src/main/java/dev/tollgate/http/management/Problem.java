package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/// An error of the management API (RFC 9457).
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final @Nullable String field;

  private Problem(int status, String code, @Nullable String field, String detail) {
    super(detail, null, false, false);
    this.status = status;
    this.code = code;
    this.field = field;
  }

  static Problem invalid(@Nullable String field, String detail) {
    return new Problem(400, "invalid_request", field, detail);
  }

  static Problem unauthenticated() {
    return new Problem(
        401, "unauthenticated", null, "Send the admin token as 'Authorization: Bearer tga_...'.");
  }

  static Problem notFound(String what) {
    return new Problem(404, "not_found", null, "There is no such " + what + ".");
  }

  static Problem conflict(String code, String detail) {
    return new Problem(409, code, null, detail);
  }

  static Problem tooLarge(int limit) {
    return new Problem(
        413, "request_too_large", null, "The body is larger than " + limit + " bytes.");
  }

  static Problem unprocessable(String code, String detail) {
    return new Problem(422, code, null, detail);
  }

  static Problem unavailable() {
    return new Problem(
        503,
        "ledger_unavailable",
        null,
        "The database does not answer, or is busy with other reports. Try again shortly.");
  }

  static Problem busy() {
    return new Problem(
        503, "gateway_busy", null, "The gateway holds as many requests as it can. Try again.");
  }

  static Problem internal() {
    return new Problem(500, "internal_error", null, "Tollgate failed to handle the request.");
  }

  int status() {
    return status;
  }

  ObjectNode body(String requestId) {
    ObjectNode node = Json.object();
    node.put("type", "about:blank");
    node.put("title", title());
    node.put("status", status);
    node.put("detail", getMessage());
    node.put("code", code);
    node.put("request_id", requestId);
    if (field != null) {
      ObjectNode error = node.putArray("errors").addObject();
      error.put("field", field);
      error.put("code", code);
      error.put("message", getMessage());
    }
    return node;
  }

  private String title() {
    return switch (status) {
      case 400 -> "Bad request";
      case 401 -> "Not authenticated";
      case 404 -> "Not found";
      case 409 -> "Conflict";
      case 413 -> "Too large";
      case 422 -> "Not processable";
      case 503 -> "Unavailable";
      default -> "Internal error";
    };
  }
}
