package dev.tollgate.persistence.reporting;

import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;

/// PostgreSQL's text form of a `bigint[]`.
public final class Arrays64 {
  private Arrays64() {}

  static long[] parse(String text) {
    String inner = text.substring(1, text.length() - 1);
    if (inner.isEmpty()) {
      return new long[0];
    }
    String[] parts = inner.split(",", -1);
    long[] values = new long[parts.length];
    for (int i = 0; i < parts.length; i++) {
      values[i] = Long.parseLong(parts[i]);
    }
    return values;
  }

  /// Counts in the order of [Component]; a row written before a component existed has none of it.
  public static Usage usage(String text) {
    long[] counts = parse(text);
    Usage.Builder usage = Usage.builder();
    for (Component component : Component.values()) {
      if (component.ordinal() < counts.length) {
        usage.set(component, counts[component.ordinal()]);
      }
    }
    return usage.build();
  }
}
