package dev.tollgate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What can go wrong once the gateway has answered, in words for the user, with the id of the call.
final class Refusals {
  private static final JsonMapper JSON = new JsonMapper();

  private final Gateway gateway;
  private final HttpHeaders headers;

  Refusals(Gateway gateway, HttpHeaders headers) {
    this.gateway = gateway;
    this.headers = headers;
  }

  @Nullable String call() {
    return headers.firstValue("x-request-id").orElse(null);
  }

  /// The call was refused or failed before an answer began.
  CommandFailure status(int status, String body) {
    JsonNode error = error(body);
    String code = error.path("code").asText("");
    List<String> details = new ArrayList<>();
    details.add(code.isEmpty() ? "HTTP " + status : status + " " + code);
    headers
        .firstValue("retry-after")
        .filter(s -> s.matches("\\d+"))
        .ifPresent(s -> details.add("retry after " + s + " s"));
    String silent = "The gateway at " + gateway.address() + " refused without a reason.";
    return failure(exitCode(status), error.path("message").asText(silent), details);
  }

  /// The answer began and then failed.
  CommandFailure midStream(JsonNode event) {
    JsonNode error = event.path("error");
    List<String> details = new ArrayList<>();
    if (error.hasNonNull("code")) {
      details.add(error.path("code").asText());
    }
    String message = error.isTextual() ? error.asText() : error.path("message").asText("no reason");
    return failure(CommandFailure.FAILED, "The answer broke off: " + message, details);
  }

  CommandFailure incomplete(String reason) {
    return failure(
        CommandFailure.FAILED, "The answer is incomplete: " + reason + ".", new ArrayList<>());
  }

  CommandFailure notAStream(String contentType) {
    return failure(
        CommandFailure.FAILED,
        "What answers at " + gateway.address() + " sends no stream. Check OPENAI_BASE_URL.",
        new ArrayList<>(List.of("content type " + contentType)));
  }

  private CommandFailure failure(int exitCode, String message, List<String> details) {
    String call = call();
    if (call != null) {
      details.add(call);
    }
    String suffix = details.isEmpty() ? "" : " (" + String.join(", ", details) + ")";
    return new CommandFailure(exitCode, gateway.redact(message + suffix));
  }

  private static int exitCode(int status) {
    return switch (status) {
      case 401 -> CommandFailure.SIGN_IN_NEEDED;
      case 403 -> CommandFailure.FORBIDDEN;
      case 429 -> CommandFailure.LIMIT_REACHED;
      default -> CommandFailure.FAILED;
    };
  }

  private static JsonNode error(String body) {
    try {
      JsonNode error = JSON.readTree(body).path("error");
      return error.isTextual() ? JSON.createObjectNode().set("message", error) : error;
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
