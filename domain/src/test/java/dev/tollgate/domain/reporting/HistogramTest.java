package dev.tollgate.domain.reporting;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
  @Test
  void percentilesAreAtMostAQuarterAboveTheTruth() {
    Random random = new Random(10);
    for (int round = 0; round < 200; round++) {
      long[] micros = new long[1 + random.nextInt(500)];
      long[] counts = new long[Histogram.BUCKETS];
      for (int i = 0; i < micros.length; i++) {
        micros[i] = 1_000 + random.nextLong(60_000_000);
        counts[Histogram.bucket(micros[i])]++;
      }
      Arrays.sort(micros);
      for (int percent : new int[] {50, 95}) {
        long truth = micros[(micros.length * percent + 99) / 100 - 1];
        long read = Histogram.percentileMillis(counts, percent) * 1_000;
        assertThat(read).isBetween(truth, truth * 125 / 100 + 1_000);
      }
    }
  }

  @Test
  void nothingMeasuredIsZero() {
    assertThat(Histogram.percentileMillis(new long[Histogram.BUCKETS], 50)).isZero();
  }

  @Test
  void everyTimeHasABucket() {
    assertThat(Histogram.bucket(0)).isZero();
    assertThat(Histogram.bucket(Long.MAX_VALUE)).isEqualTo(Histogram.BUCKETS - 1);
  }
}
