package dev.tollgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// What a call used, as the gateway reports it.
record Usage(long input, long output, @Nullable String costUsd, boolean pending) {

  static @Nullable Usage parse(JsonNode usage) {
    if (!usage.isObject()) {
      return null;
    }
    return new Usage(
        usage.path("prompt_tokens").asLong(),
        usage.path("completion_tokens").asLong(),
        decimal(usage.path("cost")),
        usage.path("settlement").asText().equals("pending"));
  }

  /// For answers in one piece, which bear the cost in their headers.
  Usage with(@Nullable String headerCostUsd, boolean headerPending) {
    return new Usage(
        input, output, costUsd == null ? headerCostUsd : costUsd, pending || headerPending);
  }

  private static @Nullable String decimal(JsonNode cost) {
    if (cost.isNumber()) {
      return cost.decimalValue().toPlainString();
    }
    return cost.isTextual() ? cost.asText() : null;
  }
}
