package dev.tollgate.application.inference;

import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.keys.VirtualKey;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Refused calls as the books keep them. The first few of a key and a code in a minute have a row
/// each; the others of that minute become one row, which says how many it stands for. Of callers
/// without a good key only one a minute of each address and code has a row of its own. So a caller
/// who goes on asking costs next to nothing, and the counts are still right. Thread-safe.
public final class RefusedCalls {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int FEW = 5;

  /// Beyond so many at a time, addresses are no longer told apart.
  private static final int MOST_SOURCES = 10_000;

  private final CallJournal journal;
  private final LongSupplier nanos;
  private final ConcurrentHashMap<Source, Tally> tallies = new ConcurrentHashMap<>();

  /// @param nanos a clock that only moves on
  public RefusedCalls(CallJournal journal, LongSupplier nanos) {
    this.journal = journal;
    this.nanos = nanos;
  }

  /// Who was refused, and what with.
  private record Source(String who, String code) {
    private static final String OTHERS = "";

    static Source of(CallRecord call) {
      VirtualKey key = call.key();
      String address = call.who().client().address();
      String who = key != null ? key.id().toString() : address == null ? OTHERS : address;
      return new Source(who, String.valueOf(call.outcome().errorCode()));
    }

    Source amongOthers() {
      return new Source(OTHERS, code);
    }
  }

  /// The refusals of one source in the minute that is on. Changed inside the map's lock.
  private static final class Tally {
    private final long since;
    private int rows;
    private int others;
    private @Nullable CallRecord last;

    private Tally(long since) {
      this.since = since;
    }

    /// @return whether it is to have a row of its own
    private boolean add(CallRecord call, boolean roomForRows) {
      if (rows < (call.key() == null ? 1 : FEW) && roomForRows) {
        rows++;
        return true;
      }
      others++;
      last = call;
      return false;
    }

    /// The row of all that had none.
    private @Nullable CallRecord rest() {
      return last == null ? null : last.standingFor(others);
    }
  }

  /// Notes a call that was refused before anything was sent for it.
  ///
  /// @return whether it has a row of its own
  boolean add(CallRecord call) {
    Source source = Source.of(call);
    // There are only so many keys, and calls of two of them never share a row.
    boolean known =
        call.key() != null || tallies.containsKey(source) || tallies.size() < MOST_SOURCES;
    boolean calm = journal.isCalm();
    boolean[] row = {false};
    tallies.compute(
        known ? source : source.amongOthers(),
        (_, before) -> {
          Tally tally = before == null ? new Tally(nanos.getAsLong()) : before;
          row[0] = tally.add(call, calm);
          return tally;
        });
    if (row[0]) {
      journal.offer(call);
    }
    return row[0];
  }

  /// Writes what a minute that is over left without a row. To be called every few seconds.
  public void sweep() {
    long now = nanos.getAsLong();
    write(now - MINUTE);
  }

  /// Writes all that has no row yet.
  public void close() {
    write(nanos.getAsLong());
  }

  private void write(long before) {
    for (Source source : tallies.keySet()) {
      tallies.computeIfPresent(
          source,
          (_, tally) -> {
            if (tally.since - before > 0) {
              return tally;
            }
            CallRecord rest = tally.rest();
            if (rest != null) {
              journal.offer(rest);
            }
            return null;
          });
    }
  }
}
