package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/// A rejection in the shape of a dialect.
///
/// @param retryAfterSeconds value of the header, or null when there is none
record ErrorBody(int status, ObjectNode json, @Nullable String retryAfterSeconds) {
  private static final String INVALID = "invalid_request_error";
  private static final String SOON = "1";

  static ErrorBody openAi(Rejection rejection) {
    return switch (rejection) {
      case Rejection.Invalid invalid ->
          new ErrorBody(400, openAi(sentence(invalid), INVALID, invalid.param(), code(invalid)));
      case Rejection.Refused(int status, String param, String message) ->
          new ErrorBody(status, openAi(message, INVALID, param, null));
      case Rejection.BadJson() ->
          new ErrorBody(
              400,
              openAi(
                  "We could not parse the JSON body of your request.",
                  INVALID,
                  null,
                  "invalid_json"));
      case Rejection.UnknownModel(String model) ->
          new ErrorBody(
              404,
              openAi(
                  "The model `" + model + "` does not exist or you do not have access to it.",
                  INVALID,
                  null,
                  "model_not_found"));
      case Rejection.WrongKind(String model) ->
          new ErrorBody(
              400,
              openAi(
                  "The model `" + model + "` is not supported at this URL.",
                  INVALID,
                  "model",
                  "unsupported_value"));
      case Rejection.UnknownPath(String method, String path) ->
          new ErrorBody(
              404,
              openAi("Invalid URL (" + method + " " + path + ")", INVALID, null, "unknown_url"));
      case Rejection.RateLimited(String model) ->
          new ErrorBody(
              429,
              openAi(
                  "Rate limit reached for " + model + ". Please try again in 1s.",
                  "rate_limit_error",
                  null,
                  "rate_limit_exceeded"),
              SOON);
      case Rejection.OutOfCredit() ->
          new ErrorBody(
              429,
              openAi(
                  "You exceeded your current quota, please check your plan and billing details.",
                  "insufficient_quota",
                  null,
                  "insufficient_quota"));
    };
  }

  static ErrorBody anthropic(Rejection rejection, String requestId) {
    return switch (rejection) {
      case Rejection.Invalid invalid ->
          new ErrorBody(400, anthropic(INVALID, pathAndFault(invalid), requestId));
      case Rejection.Refused(int status, _, String message) ->
          new ErrorBody(
              status, anthropic(status == 404 ? "not_found_error" : INVALID, message, requestId));
      case Rejection.BadJson() ->
          new ErrorBody(400, anthropic(INVALID, "The request body is not valid JSON.", requestId));
      case Rejection.UnknownModel(String model) ->
          new ErrorBody(404, anthropic("not_found_error", "model: " + model, requestId));
      case Rejection.WrongKind(String model) ->
          new ErrorBody(
              400, anthropic(INVALID, "model: " + model + " is not supported here", requestId));
      case Rejection.UnknownPath(_, _) ->
          new ErrorBody(404, anthropic("not_found_error", "Not found", requestId));
      case Rejection.RateLimited(String model) ->
          new ErrorBody(
              429,
              anthropic(
                  "rate_limit_error",
                  "This request would exceed the rate limit for " + model + ".",
                  requestId),
              SOON);
      case Rejection.OutOfCredit() -> new ErrorBody(429, spendLimit(requestId));
    };
  }

  private ErrorBody(int status, ObjectNode json) {
    this(status, json, null);
  }

  private static ObjectNode openAi(
      String message, String type, @Nullable String param, @Nullable String code) {
    ObjectNode json = Json.object();
    json.putObject("error")
        .put("message", message)
        .put("type", type)
        .put("param", param)
        .put("code", code);
    return json;
  }

  private static ObjectNode anthropic(String type, String message, String requestId) {
    ObjectNode json = Json.object().put("type", "error");
    json.putObject("error").put("type", type).put("message", message);
    return json.put("request_id", requestId);
  }

  private static ObjectNode spendLimit(String requestId) {
    ObjectNode json =
        anthropic("rate_limit_error", "You have reached your spend limit.", requestId);
    json.withObject("/error/details").put("error_code", "enforced_spend_limit_reached");
    return json;
  }

  private static String code(Rejection.Invalid invalid) {
    if (!invalid.code().isEmpty()) {
      return invalid.code();
    }
    return switch (invalid.fault()) {
      case MISSING -> "missing_required_parameter";
      case TYPE -> "invalid_type";
      case VALUE -> "invalid_value";
      case UNSUPPORTED -> "unsupported_parameter";
    };
  }

  private static String sentence(Rejection.Invalid invalid) {
    String param = "'" + invalid.param() + "'";
    return switch (invalid.fault()) {
      case MISSING -> "Missing required parameter: " + param + ".";
      case TYPE -> "Invalid type for " + param + ": expected " + invalid.detail() + ".";
      case VALUE -> "Invalid value for " + param + ": " + invalid.detail() + ".";
      case UNSUPPORTED -> "Unsupported parameter: " + param + " is not supported with this model.";
    };
  }

  private static String pathAndFault(Rejection.Invalid invalid) {
    // Anthropic writes messages.0.role where OpenAI writes messages[0].role.
    String path = invalid.param().replace("[", ".").replace("]", "");
    return switch (invalid.fault()) {
      case MISSING -> path + ": Field required";
      case TYPE -> path + ": Input should be " + invalid.detail();
      case VALUE -> path + ": " + invalid.detail();
      case UNSUPPORTED -> path + ": Extra inputs are not permitted";
    };
  }
}
