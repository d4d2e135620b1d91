package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/// Numbers and strings that satisfy a schema.
final class SpecimenScalars {
  private static final String WORD = "simulated";
  private static final int LONGEST = 1_000;
  private static final BigDecimal HALF = new BigDecimal("0.5");

  private SpecimenScalars() {}

  static JsonNode integer(JsonNode schema) {
    BigDecimal value = BigDecimal.ZERO;
    BigDecimal low = bound(schema, "minimum");
    BigDecimal above = bound(schema, "exclusiveMinimum");
    BigDecimal high = bound(schema, "maximum");
    BigDecimal below = bound(schema, "exclusiveMaximum");
    if (low != null) {
      value = value.max(low.setScale(0, RoundingMode.CEILING));
    }
    if (above != null) {
      value = value.max(above.setScale(0, RoundingMode.FLOOR).add(BigDecimal.ONE));
    }
    if (high != null) {
      value = value.min(high.setScale(0, RoundingMode.FLOOR));
    }
    if (below != null) {
      value = value.min(below.setScale(0, RoundingMode.CEILING).subtract(BigDecimal.ONE));
    }
    return JsonNodeFactory.instance.numberNode(multiple(schema, value).toBigInteger());
  }

  static JsonNode number(JsonNode schema) {
    BigDecimal value = BigDecimal.ZERO;
    BigDecimal low = bound(schema, "minimum");
    BigDecimal high = bound(schema, "maximum");
    if (low != null) {
      value = value.max(low);
    }
    if (high != null) {
      value = value.min(high);
    }
    return JsonNodeFactory.instance.numberNode(multiple(schema, insideOpenBounds(schema, value)));
  }

  private static BigDecimal insideOpenBounds(JsonNode schema, BigDecimal value) {
    BigDecimal low = bound(schema, "exclusiveMinimum");
    BigDecimal high = bound(schema, "exclusiveMaximum");
    boolean tooLow = low != null && value.compareTo(low) <= 0;
    boolean tooHigh = high != null && value.compareTo(high) >= 0;
    if (low != null && high != null && (tooLow || tooHigh)) {
      return low.add(high).multiply(HALF);
    }
    if (low != null && tooLow) {
      return low.add(BigDecimal.ONE);
    }
    return high != null && tooHigh ? high.subtract(BigDecimal.ONE) : value;
  }

  private static BigDecimal multiple(JsonNode schema, BigDecimal value) {
    BigDecimal step = bound(schema, "multipleOf");
    if (step == null || step.signum() <= 0) {
      return value;
    }
    RoundingMode up = value.signum() < 0 ? RoundingMode.FLOOR : RoundingMode.CEILING;
    return value.divide(step, 0, up).multiply(step);
  }

  /// The number under that name, or null when there is none or it is beyond all numbers.
  private static @Nullable BigDecimal bound(JsonNode schema, String name) {
    JsonNode bound = schema.path(name);
    try {
      return bound.isNumber() ? new BigDecimal(bound.asText()) : null;
    } catch (NumberFormatException _) {
      return null;
    }
  }

  static String text(JsonNode schema) {
    String word =
        switch (schema.path("format").asText()) {
          case "date-time" -> "2026-01-01T00:00:00Z";
          case "date" -> "2026-01-01";
          case "time" -> "00:00:00Z";
          case "duration" -> "PT1H";
          case "email" -> "simulated@example.com";
          case "hostname" -> "example.com";
          case "uri" -> "https://example.com/";
          case "ipv4" -> "192.0.2.1";
          case "ipv6" -> "2001:db8::1";
          case "uuid" -> "00000000-0000-4000-8000-000000000000";
          default -> WORD;
        };
    int shortest = Math.clamp(schema.path("minLength").asInt(0), 0, LONGEST);
    int longest = Math.max(shortest, schema.path("maxLength").asInt(LONGEST));
    String padded = word + ".".repeat(Math.max(0, shortest - word.length()));
    return padded.length() > longest ? padded.substring(0, longest) : padded;
  }
}
