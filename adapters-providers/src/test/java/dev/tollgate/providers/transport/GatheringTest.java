package dev.tollgate.providers.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GatheringTest {
  private static final long MILLI = 1_000_000;
  private static final long NOW = 7 * MILLI + 400_000;

  private final Gathering gathering = new Gathering();

  @Test
  void waitsForTheNextMillisecondWhenSmallPiecesComeAtOnce() {
    gathering.read(0, 200);
    assertThat(gathering.nanos(NOW)).isZero();

    gathering.read(50_000, 200);
    assertThat(gathering.nanos(NOW)).isEqualTo(600_000);
    assertThat(gathering.nanos(8 * MILLI)).isEqualTo(MILLI);
    assertThat(gathering.nanos(-NOW)).isEqualTo(400_000);
  }

  @Test
  void neverHoldsUpAStreamThatPauses() {
    for (int piece = 0; piece < 10; piece++) {
      gathering.read(MILLI / 4, 200);
      assertThat(gathering.nanos(NOW)).isZero();
    }
    gathering.read(0, 200);
    gathering.read(0, 200);
    gathering.read(2 * MILLI, 200);

    assertThat(gathering.nanos(NOW)).isZero();
  }

  @Test
  void neverHoldsUpLargePieces() {
    for (int piece = 0; piece < 10; piece++) {
      gathering.read(0, 8_192);
      assertThat(gathering.nanos(NOW)).isZero();
    }
  }
}
