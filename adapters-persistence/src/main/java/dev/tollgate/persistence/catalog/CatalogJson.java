package dev.tollgate.persistence.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.catalog.Deployment;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.ids.ModelFactsId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Rate;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The parts of the catalogue that are stored as JSON.
final class CatalogJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CatalogJson() {}

  static String options(Provider.Options options) {
    ObjectNode node = JSON.createObjectNode();
    node.put("organization", options.organization());
    node.put("project", options.project());
    node.put(
        "egress_proxy", options.egressProxy() == null ? null : options.egressProxy().toString());
    node.put("ca_bundle", options.caBundle());
    node.put("region", options.region());
    node.put("tier_may_change", options.tierMayChange());
    node.set("timeouts", timeouts(options.timeouts()));
    return node.toString();
  }

  static Provider.Options options(String json) {
    JsonNode node = read(json);
    String proxy = text(node, "egress_proxy");
    return new Provider.Options(
        text(node, "organization"),
        text(node, "project"),
        proxy == null ? null : URI.create(proxy),
        text(node, "ca_bundle"),
        text(node, "region"),
        node.path("tier_may_change").asBoolean(false),
        timeouts(node.path("timeouts")));
  }

  static String deployments(List<Deployment> deployments) {
    ArrayNode array = JSON.createArrayNode();
    for (Deployment deployment : deployments) {
      ObjectNode node = array.addObject();
      node.put("provider", deployment.provider().value().toString());
      node.put("model", deployment.model());
      node.put("canonical_model", deployment.canonicalModel());
      node.put("priority", deployment.priority());
      node.put("weight", deployment.weight());
      if (deployment.drained()) {
        node.put("drained", true);
      }
      if (deployment.timeouts() != null) {
        node.set("timeouts", timeouts(deployment.timeouts()));
      }
    }
    return array.toString();
  }

  static List<Deployment> deployments(String json) {
    List<Deployment> deployments = new ArrayList<>();
    for (JsonNode node : read(json)) {
      deployments.add(
          new Deployment(
              new ProviderId(UUID.fromString(node.path("provider").asText())),
              node.path("model").asText(),
              text(node, "canonical_model"),
              node.path("priority").asInt(),
              node.path("weight").asInt(),
              node.has("timeouts") ? timeouts(node.path("timeouts")) : null,
              node.path("drained").asBoolean(false)));
    }
    return deployments;
  }

  static String rates(List<Rate> rates) {
    ArrayNode array = JSON.createArrayNode();
    for (Rate rate : rates) {
      ObjectNode node = array.addObject();
      node.put("component", rate.component().wire());
      node.put("unit", rate.unit().name());
      node.put("min_input_tokens", rate.when().minInputTokens());
      node.put("service_tier", rate.when().serviceTier());
      node.put("region", rate.when().region());
      node.put("micros", rate.microsPerUnit());
    }
    return array.toString();
  }

  static List<Rate> rates(String json) {
    List<Rate> rates = new ArrayList<>();
    for (JsonNode node : read(json)) {
      rates.add(
          new Rate(
              Component.parse(node.path("component").asText()),
              Rate.Unit.valueOf(node.path("unit").asText()),
              new Rate.Conditions(
                  node.path("min_input_tokens").asLong(),
                  text(node, "service_tier"),
                  text(node, "region")),
              node.path("micros").asLong()));
    }
    return rates;
  }

  private static ObjectNode timeouts(Timeouts timeouts) {
    ObjectNode node = JSON.createObjectNode();
    node.put("connect", timeouts.connect().toString());
    node.put("first_byte", timeouts.firstByte().toString());
    node.put("whole", timeouts.whole().toString());
    node.put("idle", timeouts.idle().toString());
    node.put("total", timeouts.total().toString());
    node.put("finish", timeouts.finish().toString());
    return node;
  }

  private static Timeouts timeouts(JsonNode node) {
    return new Timeouts(
        Duration.parse(node.path("connect").asText()),
        Duration.parse(node.path("first_byte").asText()),
        Duration.parse(node.path("whole").asText()),
        Duration.parse(node.path("idle").asText()),
        Duration.parse(node.path("total").asText()),
        node.hasNonNull("finish")
            ? Duration.parse(node.get("finish").asText())
            : Timeouts.DEFAULT.finish());
  }

  static String facts(ModelFacts facts) {
    return JSON.createObjectNode()
        .put("window", facts.window())
        .put("output_cap", facts.outputCap())
        .put("image_tokens", facts.imageTokens())
        .put("audio_tokens", facts.audioTokens())
        .put("document_tokens", facts.documentTokens())
        .put("hidden_tokens", facts.hiddenTokens())
        .put("cap_parameter", facts.capParameter())
        .put("top_speed", facts.topSpeed())
        .toString();
  }

  static ModelFacts facts(ModelFactsId id, String model, Instant effectiveFrom, String json) {
    JsonNode node = read(json);
    return new ModelFacts(
        id,
        model,
        effectiveFrom,
        node.path("window").asLong(),
        node.path("output_cap").asLong(),
        node.path("image_tokens").asLong(),
        node.path("audio_tokens").asLong(),
        node.path("document_tokens").asLong(),
        node.path("hidden_tokens").asLong(),
        text(node, "cap_parameter"),
        node.path("top_speed").asLong());
  }

  private static @Nullable String text(JsonNode node, String name) {
    JsonNode value = node.get(name);
    return value == null || value.isNull() ? null : value.asText();
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("stored JSON cannot be read", e);
    }
  }
}
