package dev.tollgate.dialects.openai.responses;

import static dev.tollgate.dialects.format.ErrorMembers.quote;

import dev.tollgate.dialects.openai.OpenAiErrors;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.Refusal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// As OpenAI's errors are, but for the events that end a stream.
final class ResponsesErrors extends OpenAiErrors {
  /// A stream of responses ends with an error, and with the response that failed, if it had begun.
  @Override
  public byte[] events(Notice notice, EventStream.@Nullable Origin origin) {
    Refusal refusal = notice.refusal();
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
    String events = origin == null ? error : error + failed(refusal, origin.id(), next + 1);
    return events.getBytes(StandardCharsets.UTF_8);
  }

  private static String failed(Refusal refusal, String id, long number) {
    return "event: response.failed\ndata: {\"type\":\"response.failed\",\"sequence_number\":"
        + number
        + ",\"response\":{\"id\":"
        + quote(id)
        + ",\"object\":\"response\",\"status\":\"failed\",\"error\":{\"code\":"
        + quote(refusal.code())
        + ",\"message\":"
        + quote(refusal.message())
        + "},\"incomplete_details\":null,\"output\":[],\"usage\":null}}\n\n";
  }
}
