package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// `GET /models` in both shapes.
final class ModelsList {
  private static final String CREATED = "2026-01-01T00:00:00Z";
  private static final long CREATED_SECONDS = 1_767_225_600;

  private ModelsList() {}

  static ObjectNode openAi() {
    ObjectNode json = Json.object().put("object", "list");
    ArrayNode data = json.putArray("data");
    for (SimulatedModel model : SimulatedModel.all()) {
      data.addObject()
          .put("id", model.id())
          .put("object", "model")
          .put("created", CREATED_SECONDS)
          .put("owned_by", "tollgate");
    }
    return json;
  }

  static ObjectNode anthropic() {
    ObjectNode json = Json.object();
    ArrayNode data = json.putArray("data");
    for (SimulatedModel model : SimulatedModel.all()) {
      data.addObject()
          .put("type", "model")
          .put("id", model.id())
          .put("display_name", model.id())
          .put("created_at", CREATED)
          .put("lifecycle", "active");
    }
    return json.put("has_more", false)
        .put("first_id", SimulatedModel.all().getFirst().id())
        .put("last_id", SimulatedModel.all().getLast().id());
  }
}
