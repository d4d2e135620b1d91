package dev.tollgate.dialects.anthropic.messages;

import static dev.tollgate.dialects.format.ErrorMembers.quote;

import dev.tollgate.dialects.format.ErrorBodies;
import dev.tollgate.dialects.format.ErrorMembers;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Errors as Anthropic's SDKs understand them.
final class MessagesErrors implements ErrorBodies {
  private static final List<String> ID_HEADERS = List.of("x-request-id", "request-id");

  @Override
  public byte[] events(Notice notice, EventStream.@Nullable Origin origin) {
    return ("event: error\ndata: " + text(notice) + "\n\n").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public List<String> idHeaders() {
    return ID_HEADERS;
  }

  @Override
  public String text(Notice notice) {
    Refusal refusal = notice.refusal();
    return "{\"type\":\"error\",\"error\":{\"type\":\""
        + type(notice.status())
        + "\",\"message\":"
        + quote(refusal.message())
        + ",\"code\":"
        + quote(refusal.code())
        + ErrorMembers.own(refusal)
        + "},\"request_id\":\""
        + notice.call()
        + "\"}";
  }

  private static String type(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 409 -> "conflict_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 503, 529 -> "overloaded_error";
      case 504 -> "timeout_error";
      default -> status >= 500 ? "api_error" : "invalid_request_error";
    };
  }
}
