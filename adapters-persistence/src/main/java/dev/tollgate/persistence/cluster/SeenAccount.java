package dev.tollgate.persistence.cluster;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.money.Money;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A balance as numbers: what travels between nodes is neither class nor text.
final class SeenAccount {
  private static final long NO_END = Long.MIN_VALUE;

  private SeenAccount() {}

  static long[] of(Balance balance) {
    Instant end = balance.end();
    return new long[] {
      balance.start().toEpochMilli(),
      balance.version(),
      end == null ? NO_END : end.toEpochMilli(),
      balance.hard() ? 1 : 0,
      balance.limit().nanos(),
      balance.posted().nanos(),
      balance.held().nanos()
    };
  }

  static Balance read(String budget, long[] seen) {
    @Nullable Instant end = seen[2] == NO_END ? null : Instant.ofEpochMilli(seen[2]);
    return new Balance(
        BudgetId.parse(budget),
        Instant.ofEpochMilli(seen[0]),
        end,
        seen[3] == 1,
        new Money(seen[4]),
        new Money(seen[5]),
        new Money(seen[6]),
        seen[1]);
  }

  static boolean isNewer(long[] one, long[] other) {
    return one[0] == other[0] ? one[1] > other[1] : one[0] > other[0];
  }
}
