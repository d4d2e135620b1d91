package dev.tollgate.persistence.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.inference.Detail;
import dev.tollgate.domain.inference.Details;
import dev.tollgate.domain.inference.Details.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rare facts of a call as JSON, whichever they are.
final class CallDetails {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CallDetails() {}

  /// Null when there are none.
  static @Nullable String json(Details details) {
    return details.isEmpty() ? null : node(details).toString();
  }

  static ObjectNode node(Details details) {
    ObjectNode node = JSON.createObjectNode();
    for (Detail detail : Detail.values()) {
      switch (details.facts().get(detail)) {
        case Value.Count(long number) -> node.put(detail.wire(), number);
        case Value.Word(String text) -> node.put(detail.wire(), clean(text));
        case Value.Words(List<String> texts) -> {
          ArrayNode array = node.putArray(detail.wire());
          texts.forEach(each -> array.add(clean(each)));
        }
        case null -> {
          // Most facts do not hold of most calls.
        }
      }
    }
    return node;
  }

  private static @Nullable String clean(String text) {
    return FlushStatement.clean(text, 512);
  }

  /// What [#node] made; facts of another version are left out.
  static Details read(JsonNode node) {
    Details details = Details.NONE;
    for (Detail detail : Detail.values()) {
      JsonNode value = node.path(detail.wire());
      if (value.isIntegralNumber()) {
        details = details.with(detail, value.asLong());
      } else if (value.isTextual()) {
        details = details.with(detail, value.asText());
      } else if (value.isArray()) {
        List<String> texts = new ArrayList<>();
        value.forEach(each -> texts.add(each.asText()));
        details = details.with(detail, texts);
      }
    }
    return details;
  }
}
