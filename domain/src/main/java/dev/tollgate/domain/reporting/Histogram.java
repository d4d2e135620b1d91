package dev.tollgate.domain.reporting;

/// Buckets for times, the same in roll-ups everywhere so that they can be added. Bucket `i` holds
/// times up to `1.25^i` milliseconds; 64 of them reach half an hour. A percentile read from them is
/// at most 25 % above the true one.
public final class Histogram {
  public static final int BUCKETS = 66;
  private static final long[] UPPER_MICROS = bounds();

  private Histogram() {}

  /// The bucket that a time belongs to.
  public static int bucket(long micros) {
    int low = 0;
    int high = BUCKETS - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (micros <= UPPER_MICROS[middle]) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /// The upper bound, in milliseconds rounded up, of the bucket in which a share of all counts is
  /// reached; 0 when there are no counts.
  ///
  /// @param percent 1 to 100
  public static long percentileMillis(long[] counts, int percent) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    if (total == 0) {
      return 0;
    }
    long rank = (total * percent + 99) / 100;
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return (UPPER_MICROS[i] + 999) / 1_000;
      }
    }
    return (UPPER_MICROS[BUCKETS - 1] + 999) / 1_000;
  }

  /// The upper bound, in milliseconds rounded up, of the bucket that a time belongs to; 0 for none.
  public static long upperMillis(long micros) {
    return micros <= 0 ? 0 : (UPPER_MICROS[bucket(micros)] + 999) / 1_000;
  }

  private static long[] bounds() {
    long[] bounds = new long[BUCKETS];
    long micros = 1_000;
    for (int i = 0; i < BUCKETS; i++) {
      bounds[i] = micros;
      micros = micros * 5 / 4;
    }
    return bounds;
  }
}
