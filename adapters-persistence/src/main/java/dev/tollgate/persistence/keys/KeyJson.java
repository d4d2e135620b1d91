package dev.tollgate.persistence.keys;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.keys.AddressRange;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.tenancy.Retention;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The parts of a key that are stored as JSON.
final class KeyJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private KeyJson() {}

  static String policy(KeyPolicy policy) {
    ObjectNode node = JSON.createObjectNode();
    if (policy.models() != null) {
      policy.models().forEach(node.putArray("models")::add);
    }
    if (policy.endpoints() != null) {
      policy.endpoints().stream().map(Endpoint::wire).forEach(node.putArray("endpoints")::add);
    }
    if (policy.ipAllow() != null) {
      policy.ipAllow().stream().map(AddressRange::toString).forEach(node.putArray("ip_allow")::add);
    }
    if (policy.capture() != null) {
      node.put("capture", policy.capture().wire());
    }
    if (policy.retention() != null) {
      node.put("retention_days", policy.retention().days());
    }
    return write(node);
  }

  static KeyPolicy policy(String json) {
    JsonNode node = read(json);
    List<Endpoint> endpoints = list(node.get("endpoints"), Endpoint::parse);
    Set<Endpoint> endpointSet = endpoints == null ? null : new LinkedHashSet<>(endpoints);
    JsonNode capture = node.get("capture");
    JsonNode retention = node.get("retention_days");
    return new KeyPolicy(
        list(node.get("models"), text -> text),
        endpointSet,
        list(node.get("ip_allow"), AddressRange::parse),
        capture == null ? null : Capture.parse(capture.asText()),
        retention == null ? null : Retention.ofDays(retention.asInt()));
  }

  static Map<String, String> map(String json) {
    Map<String, String> map = new LinkedHashMap<>();
    read(json).properties().forEach(each -> map.put(each.getKey(), each.getValue().asText()));
    return map;
  }

  static List<String> strings(String json) {
    List<String> strings = new ArrayList<>();
    read(json).forEach(each -> strings.add(each.asText()));
    return strings;
  }

  static String write(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write JSON", e);
    }
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("stored JSON cannot be read", e);
    }
  }

  private static <T> @Nullable List<T> list(@Nullable JsonNode node, Function<String, T> parse) {
    if (node == null) {
      return null;
    }
    List<T> list = new ArrayList<>();
    node.forEach(each -> list.add(parse.apply(each.asText())));
    return list;
  }
}
