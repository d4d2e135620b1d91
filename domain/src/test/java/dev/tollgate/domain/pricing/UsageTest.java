package dev.tollgate.domain.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class UsageTest {
  private static Usage usage(long input, long cached, long output, long reasoning) {
    return Usage.builder()
        .set(Component.INPUT, input)
        .set(Component.CACHED_INPUT, cached)
        .set(Component.OUTPUT, output)
        .set(Component.REASONING, reasoning)
        .set(Component.WEB_SEARCH, 2)
        .build();
  }

  @Test
  void addsUpInputAndOutputApart() {
    Usage usage = usage(10, 5, 7, 3);
    assertThat(usage.inputTokens()).isEqualTo(15);
    assertThat(usage.outputTokens()).isEqualTo(10);
    assertThat(usage.count(Component.WEB_SEARCH)).isEqualTo(2);
    assertThat(usage.counts()).hasSize(Component.values().length).contains(10, 5, 7, 3, 2);
  }

  @Test
  void missingOutputIsAddedToPlainOutput() {
    assertThat(usage(1, 0, 7, 3).withOutputAtLeast(12)).isEqualTo(usage(1, 0, 9, 3));
    assertThat(usage(1, 0, 7, 3).withOutputAtLeast(10)).isEqualTo(usage(1, 0, 7, 3));
    assertThat(usage(1, 0, 7, 3).withOutputAtLeast(4)).isEqualTo(usage(1, 0, 7, 3));
  }

  @Test
  void nonsenseIsNoCredit() {
    assertThat(Usage.builder().set(Component.INPUT, -5).build()).isEqualTo(Usage.NONE);
    assertThat(Usage.NONE.isEmpty()).isTrue();
    assertThat(usage(0, 0, 0, 0).isEmpty()).isFalse();
  }

  @Test
  void equalCountsAreEqualAndReadable() {
    assertThat(usage(1, 2, 3, 4)).isEqualTo(usage(1, 2, 3, 4)).hasSameHashCodeAs(usage(1, 2, 3, 4));
    assertThat(usage(1, 2, 3, 4)).isNotEqualTo(usage(1, 2, 3, 5));
    assertThat(usage(1, 2, 3, 4).hashCode()).isNotEqualTo(usage(4, 3, 2, 1).hashCode());
    assertThat(usage(1, 0, 3, 0)).hasToString("Usage[input=1 output=3 web_search=2 ]");
  }

  @Test
  void componentsHaveNamesAndSides() {
    for (Component component : Component.values()) {
      assertThat(Component.parse(component.wire())).isEqualTo(component);
      assertThat(component.isInput() && component.isOutput()).isFalse();
    }
    assertThat(Component.IMAGE_INPUT.isInput()).isTrue();
    assertThat(Component.OUTPUT.isInput()).isFalse();
    assertThat(Component.OUTPUT.isOutput()).isTrue();
    assertThat(Component.IMAGE_OUTPUT.isOutput()).isTrue();
    assertThat(Component.WEB_SEARCH.isOutput()).isFalse();
    assertThat(Component.CACHE_WRITE_5M.fallback()).isEqualTo(Component.CACHE_WRITE);
    assertThatThrownBy(() -> Component.parse("tokens"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
