package dev.tollgate.domain.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdsTest {
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00.123Z");

  private final Ids ids =
      new TimeOrderedIds(Clock.fixed(NOON, ZoneOffset.UTC), () -> new Random(3));

  @Test
  void everyIdSurvivesTheRoundTrip() {
    Random random = new Random(4);
    for (int i = 0; i < 10_000; i++) {
      UUID uuid = new UUID(random.nextLong(), random.nextLong());
      assertThat(CallId.parse(new CallId(uuid).toString()).value()).isEqualTo(uuid);
    }
    assertThat(KeyId.parse(new KeyId(new UUID(-1, -1)).toString()).value())
        .isEqualTo(new UUID(-1, -1));
  }

  @Test
  void knowsItsTimeAndVersion() {
    UUID id = ids.next();
    assertThat(id.version()).isEqualTo(7);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(Ids.millis(id)).isEqualTo(NOON.toEpochMilli());
    assertThat(Ids.epochDay(id)).isEqualTo(NOON.getEpochSecond() / 86_400);
  }

  @Test
  void refusesAnotherPrefixAndMalformedText() {
    String key = new KeyId(ids.next()).toString();
    assertThatThrownBy(() -> CallId.parse(key)).isInstanceOf(IllegalArgumentException.class);
    for (String text :
        new String[] {
          "",
          "key_",
          "key",
          key + "0",
          key.substring(0, key.length() - 1),
          key.replace('_', '-'),
          "key_8" + key.substring(5),
          "key_" + "u".repeat(26),
          "key_é" + key.substring(5)
        }) {
      assertThatThrownBy(() -> KeyId.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
