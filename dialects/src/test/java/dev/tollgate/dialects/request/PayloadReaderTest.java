package dev.tollgate.dialects.request;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.dialects.Dialects;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.ids.ModelFactsId;
import dev.tollgate.domain.ids.SampleIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PayloadReaderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ModelFacts FACTS = ModelFacts.unknown(new ModelFactsId(SampleIds.anId()));
  private static final String[] SHAPES = {
    "[[1],{}]",
    "[[],\"a\"]",
    "[[]]",
    "[1,2,[3],4]",
    "{}",
    "{\"a\":{\"b\":[{}]}}",
    "[]",
    "null",
    "1",
    "\"x\"",
    "[null]",
    "{\"type\":[1]}",
    "{\"type\":{\"x\":[2]},\"id\":[[3]]}",
    "true"
  };

  /// Whatever shape a member has: the body is read to its end, or refused by the name of a member.
  @Test
  void anyShapeOfAnyMemberIsReadOrRefusedByName() throws IOException {
    for (int seed = 0; seed < 50_000; seed++) {
      Random random = new Random(seed);
      RandomBody sample = RandomBody.of(random, FACTS);
      ObjectNode body = (ObjectNode) JSON.readTree(sample.bytes);
      reshape(body, random);
      byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
      try {
        assertThat(
                Dialects.format(sample.endpoint.dialect())
                    .read(sample.endpoint.operation(), bytes)
                    .model())
            .as("seed %s", seed)
            .isEqualTo(body.path("model").asText());
      } catch (BadRequest e) {
        assertThat(e.refusal().code())
            .as("seed %s, %s: %s", seed, body, e.refusal())
            .isNotIn("invalid_json", "duplicate_parameter");
        assertThat(e.refusal().param()).as("seed %s, %s", seed, body).isNotNull();
      }
    }
  }

  /// Puts something else in the place of a value, at any depth.
  private static void reshape(ObjectNode body, Random random) throws IOException {
    List<ContainerNode<?>> containers = new ArrayList<>();
    collect(body, containers);
    ContainerNode<?> chosen = containers.get(random.nextInt(containers.size()));
    JsonNode shape = JSON.readTree(SHAPES[random.nextInt(SHAPES.length)]);
    if (chosen instanceof ArrayNode array && !array.isEmpty()) {
      array.set(random.nextInt(array.size()), shape);
    } else if (chosen instanceof ObjectNode object && !object.isEmpty()) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      object.set(names.get(random.nextInt(names.size())), shape);
    }
  }

  private static void collect(JsonNode node, List<ContainerNode<?>> into) {
    if (node instanceof ContainerNode<?> container) {
      into.add(container);
      node.forEach(each -> collect(each, into));
    }
  }
}
