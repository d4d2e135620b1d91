package dev.tollgate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Reads the answer of one call and prints its text as it comes. Used once, by one thread.
final class AnswerReader {
  /// The most that is read of an answer in one piece.
  private static final int LARGEST_ANSWER = 32 << 20;

  private static final String DONE = "[DONE]";
  private static final JsonMapper JSON = new JsonMapper();

  private final Transcript transcript;
  private final Refusals refusals;
  private @Nullable Usage usage;

  AnswerReader(Transcript transcript, Refusals refusals) {
    this.transcript = transcript;
    this.refusals = refusals;
  }

  /// Reads events up to the one that says the answer is complete.
  @Nullable Usage stream(InputStream body) throws IOException {
    ServerSentEvents events = new ServerSentEvents(body);
    for (var event = events.next(); event != null; event = events.next()) {
      if (event.data().equals(DONE)) {
        return usage;
      }
      take(event);
    }
    throw refusals.incomplete("the stream ended before its end mark");
  }

  @Nullable Usage whole(InputStream body) throws IOException {
    byte[] bytes = body.readNBytes(LARGEST_ANSWER);
    JsonNode answer = parse(new String(bytes, StandardCharsets.UTF_8));
    takeTexts(answer, "message");
    return Usage.parse(answer.path("usage"));
  }

  private void take(ServerSentEvents.Event event) {
    JsonNode chunk = parse(event.data());
    if (event.name().equals("error") || chunk.hasNonNull("error")) {
      throw refusals.midStream(chunk);
    }
    takeTexts(chunk, "delta");
    Usage reported = Usage.parse(chunk.path("usage"));
    usage = reported == null ? usage : reported;
  }

  private void takeTexts(JsonNode node, String member) {
    for (JsonNode choice : node.path("choices")) {
      JsonNode part = choice.path(member);
      transcript.print(part.path("content").asText(""));
      transcript.print(part.path("refusal").asText(""));
    }
  }

  private JsonNode parse(String text) {
    try {
      JsonNode node = JSON.readTree(text);
      if (node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException e) {
      // The parser's message quotes the text; what matters is that it is no answer.
    }
    throw refusals.incomplete("what came is not JSON");
  }
}
