package dev.tollgate.dialects.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What a provider says of an error: OpenAI's and Anthropic's objects, a bare string (vLLM's 401,
/// TGI), or a code that is a number.
public record ErrorFields(
    @Nullable String message,
    @Nullable String type,
    @Nullable String param,
    @Nullable String code) {
  static final ErrorFields NONE = new ErrorFields(null, null, null, null);

  /// A failure of which nothing else is said.
  static final ErrorFields FAILED = NONE.withType("server_error");

  ErrorFields withMessage(@Nullable String text) {
    return text == null ? this : new ErrorFields(text, type, param, code);
  }

  ErrorFields withType(@Nullable String text) {
    return text == null ? this : new ErrorFields(message, text, param, code);
  }

  ErrorFields withCode(@Nullable String text) {
    return text == null ? this : new ErrorFields(message, type, param, text);
  }

  ErrorFields withParam(@Nullable String text) {
    return new ErrorFields(message, type, text, code);
  }

  /// The parser stands on the value of `error` and is left on its last token.
  ///
  /// @return null when the value says that there is no error
  static @Nullable ErrorFields read(JsonParser json) throws IOException {
    JsonToken value = json.currentToken();
    if (value == JsonToken.VALUE_STRING) {
      String text = json.getText();
      return text.isEmpty() ? null : new ErrorFields(text, null, null, null);
    }
    if (value != JsonToken.START_OBJECT) {
      json.skipChildren();
      return null;
    }
    String message = null;
    String type = null;
    String param = null;
    String code = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      String text = json.currentToken().isScalarValue() ? json.getValueAsString() : null;
      switch (name) {
        case "message" -> message = text == null ? message : text;
        case "type" -> type = text;
        case "param" -> param = text;
        case "code" -> code = text == null ? code : text;
        case "details" -> {
          code = errorCode(json, code);
          continue;
        }
        default -> {
          // Not needed to tell the kind of error.
        }
      }
      json.skipChildren();
    }
    return new ErrorFields(message, type, param, code);
  }

  /// What a framework says of one member that it does not take: `msg`, `type`, and where it is,
  /// `loc`. The parser stands on its `{` and is left on its `}`.
  static ErrorFields ofDetail(JsonParser json) throws IOException {
    ErrorFields read = NONE;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("loc") && value == JsonToken.START_ARRAY) {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          read = read.withParam(json.getValueAsString());
          json.skipChildren();
        }
      } else if (value == JsonToken.VALUE_STRING) {
        read =
            switch (name) {
              case "msg", "message" -> read.withMessage(json.getText());
              case "type" -> read.withType(json.getText());
              case "code" -> read.withCode(json.getText());
              default -> read;
            };
      } else {
        json.skipChildren();
      }
    }
    return read;
  }

  /// Anthropic's `details.error_code` tells a spend limit from a rate limit.
  private static @Nullable String errorCode(JsonParser json, @Nullable String otherwise)
      throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return otherwise;
    }
    String code = otherwise;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      boolean wanted = "error_code".equals(json.currentName());
      json.nextToken();
      if (wanted && json.currentToken() == JsonToken.VALUE_STRING) {
        code = json.getText();
      }
      json.skipChildren();
    }
    return code;
  }
}
