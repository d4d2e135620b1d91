package dev.tollgate.domain.pricing;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a provider counts and bills. The components of one answer are disjoint: `INPUT` is fresh
/// input only, `OUTPUT` is output without reasoning, so they can be added and priced one by one. A
/// component without a price of its own is billed at the one it falls back to.
public enum Component {
  INPUT(null),
  CACHED_INPUT(INPUT),
  CACHE_WRITE(INPUT),
  CACHE_WRITE_5M(CACHE_WRITE),
  CACHE_WRITE_30M(CACHE_WRITE),
  CACHE_WRITE_1H(CACHE_WRITE),
  CACHE_WRITE_12H(CACHE_WRITE),
  AUDIO_INPUT(INPUT),
  IMAGE_INPUT(INPUT),
  OUTPUT(null),
  REASONING(OUTPUT),
  AUDIO_OUTPUT(OUTPUT),
  IMAGE_OUTPUT(OUTPUT),
  WEB_SEARCH(null),
  FILE_SEARCH(null),
  AUDIO_SECONDS(null);

  /// All components, in their order; `values()` would make a copy each time. Not to be changed.
  static final Component[] ALL = values();

  private final @Nullable Component fallback;
  private final String wire;

  Component(@Nullable Component fallback) {
    this.fallback = fallback;
    this.wire = name().toLowerCase(Locale.ROOT);
  }

  /// The name used in JSON and in the database, such as `cache_write_5m`.
  public String wire() {
    return wire;
  }

  /// What is counted of it, where it is not priced by the million.
  public Rate.Unit unit() {
    return switch (this) {
      case WEB_SEARCH, FILE_SEARCH -> Rate.Unit.CALL;
      case AUDIO_SECONDS -> Rate.Unit.SECOND;
      default -> Rate.Unit.MTOK;
    };
  }

  public @Nullable Component fallback() {
    return fallback;
  }

  /// Whether it counts towards the length of the prompt, which decides long-prompt tiers.
  public boolean isInput() {
    return ordinal() <= IMAGE_INPUT.ordinal();
  }

  /// Whether it counts output tokens.
  public boolean isOutput() {
    return ordinal() >= OUTPUT.ordinal() && ordinal() <= IMAGE_OUTPUT.ordinal();
  }

  /// @throws IllegalArgumentException when no component has that name
  public static Component parse(String wire) {
    for (Component component : values()) {
      if (component.wire.equals(wire)) {
        return component;
      }
    }
    throw new IllegalArgumentException(
        "must be " + Arrays.stream(ALL).map(Component::wire).collect(Collectors.joining(", ")));
  }
}
