package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.bootstrap.ScriptedUpstream.Script;
import io.airlift.compress.v3.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies that come compressed: requests of callers, and answers of providers that nobody asked to
/// compress.
class EncodingsTest {
  private static final String ANSWER =
      "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"hi\"},"
          + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";
  private static final String STREAM =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":null}]}\n\n"
          + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n";
  private static final String ERROR =
      "{\"error\":{\"message\":\"This is too long.\",\"type\":\"invalid_request_error\","
          + "\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}";

  /// Made by Node's zlib, since Java has no encoder.
  private static final Map<String, String> BROTLI =
      Map.of(
          ANSWER,
          "G5gAIIzDdKM9f4RwbTYZD++t1F9INkELgiIQjHHhtt86LF19dXLgeDnQt9aWfoGlEHgL3IbPpxQu+8Ls+OX3TA1rmhRzEYInm"
              + "IbMmRjTUzc2NgI8+xL+Ipy71/naBZdHSf0gKP8=",
          STREAM,
          "G9EASIzCtr1RvkUIZxXWCNpmqnIhCQbBVEWsGsZkW3vWCiw6fZ6ehgFyUmtRQVsehenh283vNjY7zV4Q0hIyOieK3VI43qiHl"
              + "lGW4q1QOGVta1c2Kbi0+fCPAfmAKM7CQpxQ+zz3db45tbwO9RKVkyw3a39dXAMA",
          ERROR,
          "G3sAQIzTFfMhhXUPUTflq80EzHJL8tZhSesLNTkB+aS328qiJMOgbjgsPwu+y654ZQ0r+nEYLmc+iIMAWuxRijRX6p1lbgBCR"
              + "hR8Kq5u+k97hR8=");

  private interface Encoder {
    OutputStream over(OutputStream target) throws IOException;
  }

  private static byte[] encoded(String encoding, String text) throws IOException {
    return switch (encoding.toLowerCase(Locale.ROOT)) {
      case "gzip", "x-gzip" -> through(GZIPOutputStream::new, text);
      case "deflate" -> through(DeflaterOutputStream::new, text);
      case "zstd" -> through(ZstdOutputStream::new, text);
      case "br" -> Base64.getDecoder().decode(BROTLI.get(text));
      default -> text.getBytes(StandardCharsets.UTF_8);
    };
  }

  private static byte[] through(Encoder encoder, String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream encoding = encoder.over(out)) {
      encoding.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.toByteArray();
  }

  /// An answer in an encoding, in pieces.
  private static Script answering(int status, String type, String encoding, String text) {
    return (_, to) -> {
      byte[] body = encoded(encoding, text);
      to.raw(
          "HTTP/1.1 %d X\r\ncontent-type: %s\r\ncontent-encoding: %s\r\ncontent-length: %d\r\n\r\n"
              .formatted(status, type, encoding, body.length));
      for (int from = 0; from < body.length; from += 40) {
        to.raw(Arrays.copyOfRange(body, from, Math.min(body.length, from + 40)));
        Thread.sleep(1);
      }
    };
  }

  private static HttpResponse<String> chat(Lane lane, boolean stream) {
    return lane.post(
        "/v1/chat/completions", OpenAiTrapsTest.body(lane, stream ? ",\"stream\":true" : ""));
  }

  /// B6: answers are decoded, streamed or not, and booked; the caller sees no encoding.
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "x-gzip", "deflate", "br", "zstd", "GZIP", "identity"})
  void answersAreDecoded(String encoding) {
    try (Lane lane = Lane.openAi(answering(200, "application/json", encoding, ANSWER))) {
      HttpResponse<String> whole = chat(lane, false);
      assertThat(whole.statusCode()).as(whole.body()).isEqualTo(200);
      assertThat(whole.body()).contains("\"hi\"");
      assertThat(whole.headers().firstValue("content-encoding")).isEmpty();
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.000013");

      lane.upstream().script(answering(200, "text/event-stream", encoding, STREAM));
      HttpResponse<String> stream = chat(lane, true);
      assertThat(stream.body()).contains("\"hi\"").endsWith("data: [DONE]\n\n");
      assertThat(lane.call().path("stream").asBoolean()).isTrue();
      assertThat(lane.call().path("cost").asText()).isEqualTo("0.000013");
      assertThat(lane.call().path("estimated").asBoolean()).isFalse();
    }
  }

  /// B6: errors keep status, code and message.
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void errorsAreDecoded(String encoding) {
    try (Lane lane = Lane.openAi(answering(400, "application/json", encoding, ERROR))) {
      for (boolean stream : new boolean[] {false, true}) {
        HttpResponse<String> response = chat(lane, stream);
        assertThat(response.statusCode()).isEqualTo(400);
        JsonNode error = TestingGateway.json(response.body()).path("error");
        assertThat(error.path("code").asText()).isEqualTo("context_length_exceeded");
        assertThat(error.path("message").asText()).contains("This is too long.");
        assertThat(lane.call().path("cost").isNull()).isTrue();
      }
    }
  }

  /// B6: what cannot be decoded is a clear error that keeps status and books.
  @ParameterizedTest
  @ValueSource(strings = {"compress", "gzip, br"})
  void anEncodingThatIsNotKnownIsNamed(String encoding) {
    try (Lane lane = Lane.openAi(answering(200, "application/json", encoding, ANSWER))) {
      HttpResponse<String> response = chat(lane, false);
      assertThat(response.statusCode()).isEqualTo(502);
      assertThat(response.body()).contains("content encoding '" + encoding + "'");
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
    }
    try (Lane lane = Lane.openAi(answering(429, "application/json", encoding, ERROR))) {
      HttpResponse<String> error = chat(lane, false);
      assertThat(error.statusCode()).isEqualTo(429);
      assertThat(lane.call().path("cost").isNull()).isTrue();
    }
  }

  /// B6: nonsense that says it is compressed is the provider's fault, and paid for.
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd"})
  void nonsenseIsABrokenAnswer(String encoding) {
    byte[] noise = new byte[300];
    new Random(7).nextBytes(noise);
    Script script =
        (_, to) -> {
          to.raw(
              "HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-encoding: %s\r\ncontent-length: 300\r\n\r\n"
                  .formatted(encoding));
          to.raw(noise);
        };
    try (Lane lane = Lane.openAi(script)) {
      HttpResponse<String> response = chat(lane, false);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(502);
      assertThat(TestingGateway.code(response)).isEqualTo("provider_broken");
      assertThat(lane.call().path("estimated").asBoolean()).isTrue();
    }
  }

  /// B7
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd", "identity"})
  void requestsMayBeCompressed(String encoding) throws Exception {
    try (Lane lane = Lane.openAi(Replay.answer(200, ANSWER))) {
      String body = OpenAiTrapsTest.body(lane, "");
      assertThat(sent(lane, encoding, encoded(encoding, body)).statusCode()).isEqualTo(200);
      assertThat(lane.upstreamBody()).contains("messages");
      assertThat(lane.upstream().received().getLast().header("content-encoding")).isEmpty();
    }
  }

  /// B7
  @Test
  void requestsThatCannotBeDecodedAreRefusedByName() throws Exception {
    try (Lane lane = Lane.openAi(Replay.answer(200, ANSWER))) {
      byte[] body = OpenAiTrapsTest.body(lane, "").getBytes(StandardCharsets.UTF_8);
      HttpResponse<String> other = sent(lane, "compress", body);
      assertThat(other.statusCode()).isEqualTo(415);
      assertThat(other.body()).contains("content-encoding");
      assertThat(other.headers().firstValue("x-request-id")).isPresent();
      assertThat(sent(lane, "gzip", body).statusCode()).isEqualTo(400);
      assertThat(sent(lane, "zstd", body).statusCode()).isEqualTo(400);
    }
  }

  /// B7: a small body that grows beyond the limit is refused as one that came so large.
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "zstd"})
  void theLimitIsThatOfTheDecodedBody(String encoding) throws Exception {
    try (Lane lane = Lane.openAi(Replay.answer(200, ANSWER))) {
      String large = "{\"model\":\"x\",\"padding\":\"" + " ".repeat(33 << 20) + "\"}";
      HttpResponse<String> response = sent(lane, encoding, encoded(encoding, large));
      assertThat(response.statusCode()).isEqualTo(413);
      assertThat(lane.upstream().received()).isEmpty();
    }
  }

  private static HttpResponse<String> sent(Lane lane, String encoding, byte[] body) {
    return TestingGateway.shared()
        .send(
            HttpRequest.newBuilder(
                    URI.create(TestingGateway.shared().url() + "/v1/chat/completions"))
                .header("x-tollgate-key", lane.key())
                .header("content-encoding", encoding)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build());
  }
}
