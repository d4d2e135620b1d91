package dev.tollgate.http.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyMemoryTest {
  @Test
  void isSharedByAllAndGivenBack() {
    BodyMemory memory = new BodyMemory(100);
    try (BodyMemory.Share first = memory.share();
        BodyMemory.Share second = memory.share()) {
      assertThat(first.grow(60)).isTrue();
      assertThat(second.grow(50)).isFalse();
      assertThat(second.grow(40)).isTrue();
      assertThat(first.grow(1)).isFalse();
      assertThat(memory.taken()).isEqualTo(100);
    }
    assertThat(memory.taken()).isZero();
    assertThat(memory.refused()).isEqualTo(2);
  }

  @Test
  void isAQuarterOfTheHeapButNeverTooLittleForTwo() {
    assertThat(fits(BodyMemory.ofHeap(1L << 30, 32 << 20), 256L << 20)).isTrue();
    assertThat(fits(BodyMemory.ofHeap(1L << 30, 32 << 20), (256L << 20) + 1)).isFalse();
    assertThat(fits(BodyMemory.ofHeap(64 << 20, 32 << 20), 64L << 20)).isTrue();
  }

  private static boolean fits(BodyMemory memory, long bytes) {
    try (BodyMemory.Share share = memory.share()) {
      return share.grow(bytes);
    }
  }
}
