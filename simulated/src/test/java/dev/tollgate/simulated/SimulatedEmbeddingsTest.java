package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SimulatedEmbeddingsTest {
  private static final String PATH = "/embeddings";

  private final TestingClient client = new TestingClient();

  private static String body(String input, String more) {
    return """
        {"model":"sim-embed","input":%s%s}"""
        .formatted(input, more);
  }

  @Test
  void answersAUnitVectorForEachInput() {
    JsonNode answer = client.ask(PATH, body("[\"one toll\",\"two\"]", ""));
    assertThat(answer.path("object").asText()).isEqualTo("list");
    assertThat(answer.path("data").findValuesAsText("index")).containsExactly("0", "1");
    for (JsonNode one : answer.path("data")) {
      assertThat(one.path("embedding")).hasSize(64);
      assertThat(length(one.path("embedding"))).isEqualTo(1, within(1e-6));
    }
    assertThat(answer.at("/data/0/embedding")).isNotEqualTo(answer.at("/data/1/embedding"));
    assertThat(answer.path("usage").toString())
        .isEqualTo("{\"prompt_tokens\":3,\"total_tokens\":3}");
  }

  @Test
  void answersTheSameVectorForTheSameText() {
    String body = body("\"toll\"", "");
    assertThat(client.ask(PATH, body).path("data")).isEqualTo(client.ask(PATH, body).path("data"));
  }

  @Test
  void answersAsManyDimensionsAsAsked() {
    JsonNode vector =
        client.ask(PATH, body("\"toll\"", ",\"dimensions\":5")).at("/data/0/embedding");
    assertThat(vector).hasSize(5);
    assertThat(length(vector)).isEqualTo(1, within(1e-6));
  }

  @Test
  void encodesLittleEndianFloats() {
    JsonNode plain = client.ask(PATH, body("\"toll\"", "")).at("/data/0/embedding");
    String text =
        client
            .ask(PATH, body("\"toll\"", ",\"encoding_format\":\"base64\""))
            .at("/data/0/embedding")
            .asText();
    FloatBuffer floats =
        ByteBuffer.wrap(Base64.getDecoder().decode(text))
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    assertThat(floats.remaining()).isEqualTo(64);
    for (int i = 0; i < 64; i++) {
      assertThat(floats.get(i)).isEqualTo(plain.get(i).floatValue());
    }
  }

  @Test
  void countsTokenIdsAsTheyCome() {
    assertThat(client.ask(PATH, body("[7,8,9]", "")).at("/usage/prompt_tokens").asInt())
        .isEqualTo(3);
  }

  @Test
  void refusesAnEmptyText() {
    assertThat(client.post(PATH, body("\"\"", "")).status()).isEqualTo(400);
  }

  private static double length(JsonNode vector) {
    double square = 0;
    for (JsonNode number : vector) {
      square += number.doubleValue() * number.doubleValue();
    }
    return Math.sqrt(square);
  }
}
