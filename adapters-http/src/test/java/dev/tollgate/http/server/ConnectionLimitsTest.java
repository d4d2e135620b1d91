package dev.tollgate.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.http.connection.Connections.Limits;
import dev.tollgate.http.server.HttpSettings.Door;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {
  private static final long GIB = 1L << 30;

  @Test
  void leavesHalfOfTheFilesToTheOtherSide() {
    assertThat(most(Door.CALLS, 1_200, GIB)).isEqualTo(472);
    assertThat(most(Door.CALLS, 16_384, GIB)).isEqualTo(8_064);
  }

  @Test
  void goesByTheHeapToo() {
    assertThat(most(Door.CALLS, 1 << 20, 256 << 20)).isEqualTo(6_553);
  }

  @Test
  void isBoundedBothWays() {
    assertThat(most(Door.CALLS, 1 << 20, 64 * GIB)).isEqualTo(20_000);
    assertThat(most(Door.CALLS, 100, GIB)).isEqualTo(64);
    assertThat(most(Door.OPS, 1 << 20, 64 * GIB)).isEqualTo(1_024);
  }

  @Test
  void noPeerTakesMoreThanHalf() {
    Limits limits = ConnectionLimits.of(Door.CALLS, 16_384, GIB, _ -> false);

    assertThat(limits.mostOfPeer()).isEqualTo(limits.most() / 2);
  }

  private static int most(Door door, long files, long heap) {
    return ConnectionLimits.of(door, files, heap, _ -> false).most();
  }
}
