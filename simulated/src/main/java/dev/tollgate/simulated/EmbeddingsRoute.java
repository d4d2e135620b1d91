package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;

/// `/embeddings`: vectors of length one that depend on the text alone.
final class EmbeddingsRoute implements Route {
  private static final int USUAL_DIMENSIONS = 64;
  private static final int MOST_DIMENSIONS = 3_072;

  @Override
  public Reply answer(Call call) {
    Fields body = call.body();
    List<TokenizedText> inputs = TokenizedText.read(body, "input");
    int dimensions = body.integer("dimensions", 1, MOST_DIMENSIONS, USUAL_DIMENSIONS);
    boolean base64 = isBase64(body);
    ObjectNode json = Json.object().put("object", "list");
    ArrayNode data = json.putArray("data");
    long tokens = 0;
    for (TokenizedText input : inputs) {
      if (input.text().isEmpty()) {
        throw body.wrongValue("input", "it must not be an empty string");
      }
      ObjectNode one = data.addObject().put("object", "embedding").put("index", data.size() - 1);
      float[] vector = vector(Fingerprint.of(input.text()), dimensions);
      if (base64) {
        one.put("embedding", encoded(vector));
      } else {
        ArrayNode numbers = one.putArray("embedding");
        for (float number : vector) {
          numbers.add(number);
        }
      }
      tokens += input.tokens();
    }
    json.put("model", call.model().id());
    json.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
    return new Reply.Whole(json);
  }

  private static boolean isBase64(Fields body) {
    String format = body.text("encoding_format");
    if (format != null && !format.equals("float") && !format.equals("base64")) {
      throw body.wrongValue("encoding_format", "float or base64 is expected");
    }
    return "base64".equals(format);
  }

  private static float[] vector(long seed, int dimensions) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] raw = random.doubles(dimensions, -1, 1).toArray();
    double square = 0;
    for (double number : raw) {
      square += number * number;
    }
    double length = Math.sqrt(square);
    float[] vector = new float[dimensions];
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (raw[i] / length);
    }
    return vector;
  }

  private static String encoded(float[] vector) {
    ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vector);
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
