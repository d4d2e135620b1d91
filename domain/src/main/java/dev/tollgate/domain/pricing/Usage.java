package dev.tollgate.domain.pricing;

import java.util.Arrays;

/// Counts by component for one attempt: tokens, tool calls or seconds. Immutable.
public final class Usage {
  /// More than any answer can have of anything. A higher count is read as this one where a
  /// provider's answer is read, so that none can bring a sum near the end of a `long`.
  public static final long MOST = 1L << 40;

  public static final Usage NONE = new Usage(new long[Component.ALL.length]);

  private final long[] counts;

  private Usage(long[] counts) {
    this.counts = counts;
  }

  public static Builder builder() {
    return new Builder();
  }

  public long count(Component component) {
    return counts[component.ordinal()];
  }

  /// All counts, in the order of [Component].
  public long[] counts() {
    return counts.clone();
  }

  /// Tokens of the whole prompt: fresh, cached, written to a cache, audio and images.
  public long inputTokens() {
    long sum = 0;
    for (Component component : Component.ALL) {
      if (component.isInput()) {
        sum += counts[component.ordinal()];
      }
    }
    return sum;
  }

  /// Tokens of the whole answer, reasoning included.
  public long outputTokens() {
    long sum = 0;
    for (Component component : Component.ALL) {
      if (component.isOutput()) {
        sum += counts[component.ordinal()];
      }
    }
    return sum;
  }

  /// The same usage with at least so many output tokens; those missing are added to plain output.
  public Usage withOutputAtLeast(long tokens) {
    long missing = tokens - outputTokens();
    if (missing <= 0) {
      return this;
    }
    long[] raised = counts.clone();
    raised[Component.OUTPUT.ordinal()] =
        Math.min(MOST, raised[Component.OUTPUT.ordinal()] + missing);
    return new Usage(raised);
  }

  /// The same usage with no count above [#MOST]: what one answer can have used, whatever a provider
  /// says.
  public Usage ofOneAnswer() {
    long[] lowered = counts.clone();
    for (int i = 0; i < lowered.length; i++) {
      lowered[i] = Math.min(MOST, lowered[i]);
    }
    return new Usage(lowered);
  }

  /// The same usage with one count replaced.
  public Usage with(Component component, long count) {
    long[] changed = counts.clone();
    changed[component.ordinal()] = Math.clamp(count, 0, MOST);
    return new Usage(changed);
  }

  public boolean isEmpty() {
    return equals(NONE);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Usage usage && Arrays.equals(counts, usage.counts);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("Usage[");
    for (Component component : Component.ALL) {
      if (counts[component.ordinal()] != 0) {
        text.append(component.wire()).append('=').append(counts[component.ordinal()]).append(' ');
      }
    }
    return text.append(']').toString();
  }

  /// Collects counts. A provider that reports nonsense (a negative count, or a part larger than its
  /// whole) is read as zero for that part, never as a credit.
  public static final class Builder {
    private final long[] counts = new long[Component.ALL.length];

    private Builder() {}

    public Builder set(Component component, long count) {
      counts[component.ordinal()] = Math.max(0, count);
      return this;
    }

    public Usage build() {
      return new Usage(counts.clone());
    }
  }
}
