package dev.tollgate.bootstrap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.tollgate.proto.Operation;
import java.util.List;
import java.util.Locale;

/// The OpenAPI document of a gateway, as a program that others wrote reads it.
record OpenApiDocument(JsonNode json) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static OpenApiDocument of(TestingGateway gateway) {
    return new OpenApiDocument(TestingGateway.json(gateway.get("/api/v1/openapi.json", "").body()));
  }

  /// What of a body is not as a schema of the document says.
  List<String> against(String schema, String body) {
    return against(JSON.createObjectNode().put("$ref", "#/components/schemas/" + schema), body);
  }

  /// What of an answer is not as the document says, or that it says nothing of such an answer.
  List<String> against(Operation operation, int status, String body) {
    JsonNode answer =
        json.path("paths")
            .path(operation.path())
            .path(operation.verb().toLowerCase(Locale.ROOT))
            .path("responses")
            .path(Integer.toString(status));
    if (answer.isMissingNode()) {
      return List.of(operation.name() + " has no answer " + status);
    }
    JsonNode schema = answer.at("/content/application~1json/schema");
    if (schema.isMissingNode()) {
      return body.isEmpty() ? List.of() : List.of(operation.name() + " has a body: " + body);
    }
    return against((ObjectNode) schema.deepCopy(), body);
  }

  private List<String> against(ObjectNode schema, String body) {
    schema.set("components", json.path("components"));
    Schema compiled =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
    try {
      return compiled.validate(JSON.readTree(body)).stream()
          .map(each -> each + " in " + body)
          .toList();
    } catch (JsonProcessingException e) {
      return List.of(e + " in " + body);
    }
  }
}
