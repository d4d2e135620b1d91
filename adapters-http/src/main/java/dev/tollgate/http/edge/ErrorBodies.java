package dev.tollgate.http.edge;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Endpoint.Dialect;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.http.errors.ErrorTypes;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Errors in the shape that the caller's SDK understands.
final class ErrorBodies {
  private ErrorBodies() {}

  static byte[] body(Dialect dialect, Refusal refusal, CallId call) {
    return text(dialect, refusal, call).getBytes(StandardCharsets.UTF_8);
  }

  /// The events that end a stream.
  ///
  /// @param origin the answer that the stream belongs to, or null when that is not known
  static byte[] event(
      Endpoint endpoint, Refusal refusal, CallId call, EventStream.@Nullable Origin origin) {
    String events =
        switch (endpoint) {
          case MESSAGES, COUNT_TOKENS ->
              "event: error\ndata: " + text(Dialect.ANTHROPIC, refusal, call) + "\n\n";
          case RESPONSES -> response(refusal, origin);
          case CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS ->
              "data: " + text(Dialect.OPENAI, refusal, call) + "\n\n";
        };
    return events.getBytes(StandardCharsets.UTF_8);
  }

  /// A stream of responses ends with an error, and with the response that failed, if it had begun.
  private static String response(Refusal refusal, EventStream.@Nullable Origin origin) {
    long next = origin == null ? 0 : origin.lastEvent() + 1;
    String error =
        "event: error\ndata: {\"type\":\"error\",\"code\":"
            + quote(refusal.code())
            + ",\"message\":"
            + quote(refusal.message())
            + ",\"param\":"
            + quote(refusal.param())
            + ",\"sequence_number\":"
            + next
            + "}\n\n";
    if (origin == null) {
      return error;
    }
    return error
        + "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":"
        + (next + 1)
        + ",\"response\":{\"id\":"
        + quote(origin.id())
        + ",\"object\":\"response\",\"status\":\"failed\",\"error\":{\"code\":"
        + quote(refusal.code())
        + ",\"message\":"
        + quote(refusal.message())
        + "},\"incomplete_details\":null,\"output\":[],\"usage\":null}}\n\n";
  }

  private static String text(Dialect dialect, Refusal refusal, CallId call) {
    if (dialect == Dialect.ANTHROPIC) {
      return "{\"type\":\"error\",\"error\":{\"type\":\""
          + ErrorTypes.anthropic(refusal)
          + "\",\"message\":"
          + quote(refusal.message())
          + ",\"code\":"
          + quote(refusal.code())
          + providerCode(refusal.providerCode())
          + budget(refusal.budget())
          + "},\"request_id\":\""
          + call
          + "\"}";
    }
    return "{\"error\":{\"message\":"
        + quote(refusal.message())
        + ",\"type\":"
        + quote(ErrorTypes.openAi(refusal))
        + ",\"param\":"
        + quote(refusal.param())
        + ",\"code\":"
        + quote(refusal.code())
        + providerCode(refusal.providerCode())
        + budget(refusal.budget())
        + "}}";
  }

  private static String providerCode(@Nullable String code) {
    return code == null ? "" : ",\"provider_code\":" + quote(code);
  }

  private static String budget(Refusal.@Nullable BudgetState budget) {
    if (budget == null) {
      return "";
    }
    StringBuilder text = new StringBuilder(",\"budget\":{\"scope\":");
    text.append(quote(budget.scope())).append(",\"name\":").append(quote(budget.name()));
    Refusal.BudgetState.Amounts amounts = budget.amounts();
    if (amounts != null) {
      text.append(",\"limit\":").append(quote(amounts.limit().usd()));
      text.append(",\"settled\":").append(quote(amounts.settled().usd()));
      text.append(",\"held\":").append(quote(amounts.held().usd()));
    }
    String resets = budget.resetsAt() == null ? null : budget.resetsAt().toString();
    return text.append(",\"resets_at\":").append(quote(resets)).append('}').toString();
  }

  private static String quote(@Nullable String text) {
    if (text == null) {
      return "null";
    }
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }
}
