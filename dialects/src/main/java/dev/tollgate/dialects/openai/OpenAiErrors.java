package dev.tollgate.dialects.openai;

import static dev.tollgate.dialects.format.ErrorMembers.quote;

import dev.tollgate.dialects.format.ErrorBodies;
import dev.tollgate.dialects.format.ErrorMembers;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.reasons.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Errors as OpenAI's SDKs understand them.
public class OpenAiErrors implements ErrorBodies {
  private static final String REQUEST = "invalid_request_error";
  private static final String LIMIT = "rate_limit_error";
  private static final String SERVER = "server_error";
  private static final List<String> ID_HEADERS = List.of("x-request-id");

  @Override
  public byte[] events(Notice notice, EventStream.@Nullable Origin origin) {
    return ("data: " + text(notice) + "\n\n").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public List<String> idHeaders() {
    return ID_HEADERS;
  }

  @Override
  public String text(Notice notice) {
    Refusal refusal = notice.refusal();
    return "{\"error\":{\"message\":"
        + quote(refusal.message())
        + ",\"type\":"
        + quote(type(refusal))
        + ",\"param\":"
        + quote(refusal.param())
        + ",\"code\":"
        + quote(refusal.code())
        + ErrorMembers.own(refusal)
        + "}}";
  }

  private static String type(Refusal refusal) {
    Refusal.Own own = refusal.own();
    return own != null && own.type() != null ? own.type() : type(refusal.reason());
  }

  private static String type(Reason reason) {
    return switch (reason) {
      case INSUFFICIENT_QUOTA -> "insufficient_quota";
      case BUDGET_BUSY, RATE_LIMIT_EXCEEDED, PROVIDER_RATE_LIMITED -> LIMIT;
      case INTERNAL_ERROR, PROVIDER_ERROR, PROVIDER_UNREACHABLE, PROVIDER_BROKEN -> SERVER;
      case PROVIDER_MISCONFIGURED, PROVIDER_AUTH, PROVIDER_QUOTA, PROVIDER_OVERLOADED -> SERVER;
      case GATEWAY_BUSY, GATEWAY_STOPPING, LEDGER_UNAVAILABLE, CAPTURE_UNAVAILABLE -> SERVER;
      case OPERATION_INTERRUPTED, PROVIDER_TIMEOUT -> SERVER;
      case INVALID_REQUEST, INVALID_JSON, INVALID_ENCODING, MISSING_REQUIRED_PARAMETER -> REQUEST;
      case INVALID_TYPE,
          INVALID_VALUE,
          UNSUPPORTED_PARAMETER,
          DUPLICATE_PARAMETER,
          UNKNOWN_PARAMETER ->
          REQUEST;
      case BACKGROUND_NOT_ALLOWED, BAD_REQUEST, INVALID_PATH, INVALID_METHOD -> REQUEST;
      case CONFLICTING_CREDENTIALS, ENDPOINT_NOT_SUPPORTED, PROVIDER_BAD_REQUEST -> REQUEST;
      case CONTENT_FILTER, INVALID_API_KEY, UNAUTHENTICATED, PERMISSION_DENIED -> REQUEST;
      case MODEL_NOT_ALLOWED, ENDPOINT_NOT_ALLOWED, ADDRESS_NOT_ALLOWED -> REQUEST;
      case MODEL_NOT_PRICED, NOT_FOUND, MODEL_NOT_FOUND, UNKNOWN_URL -> REQUEST;
      case METHOD_NOT_ALLOWED, REQUEST_TIMEOUT, NAME_TAKEN, KEY_REVOKED -> REQUEST;
      case PROVIDER_IN_USE, PRICE_IN_FORCE, PRICE_DATE_TAKEN, CHANGED_MEANWHILE -> REQUEST;
      case IDEMPOTENCY_IN_PROGRESS, REQUEST_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE -> REQUEST;
      case CREDENTIAL_REFUSED, IDEMPOTENCY_KEY_REUSED, WEBSOCKET_NOT_SUPPORTED -> REQUEST;
      case SECRET_TAKEN, CLIENT_CLOSED, UNSUPPORTED_OPERATION, CHANGE_REQUESTED -> REQUEST;
    };
  }
}
