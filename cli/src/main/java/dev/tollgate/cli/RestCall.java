package dev.tollgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.tollgate.proto.Operation;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request of the management API.
///
/// @param path with its query, below `/api/v1`
/// @param body or null for none
record RestCall(String verb, String path, @Nullable String body, Map<String, String> headers) {
  static final String BASE = "/api/v1";

  /// A request from the members that the contract gives it: some stand in the path, the rest in the
  /// body or the query.
  ///
  /// @param parameters beside the members, such as `dry_run`
  static RestCall of(
      Operation operation,
      ObjectNode members,
      Map<String, String> parameters,
      Map<String, String> headers) {
    ObjectNode rest = members.deepCopy();
    String path = operation.path();
    for (FieldDescriptor field : operation.pathFields()) {
      JsonNode value = rest.remove(field.getName());
      if (value == null || value.asText().isEmpty()) {
        throw new CommandFailure(CommandFailure.USAGE, field.getName() + " is required.");
      }
      path = path.replace("{" + field.getName() + "}", encoded(value.asText()));
    }
    List<String> query = new ArrayList<>();
    parameters.forEach((name, value) -> query.add(name + "=" + encoded(value)));
    if (!operation.hasBody()) {
      rest.properties().forEach(each -> parameter(query, each.getKey(), each.getValue()));
    }
    return new RestCall(
        operation.verb(),
        query.isEmpty() ? path : path + "?" + String.join("&", query),
        operation.hasBody() ? rest.toString() : null,
        new LinkedHashMap<>(headers));
  }

  private static void parameter(List<String> query, String name, JsonNode value) {
    if (value.isArray()) {
      value.forEach(each -> parameter(query, name, each));
    } else if (!value.isNull()) {
      query.add(name + "=" + encoded(value.isValueNode() ? value.asText() : value.toString()));
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
