package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.BudgetBook;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Accounts by budget, as the database told them, so that it need not look them up again in every
/// batch. It still decides by its own clock whether their windows are the current ones. What was
/// learned under other budgets or settings of the tenant is not used.
final class KnownAccounts {
  private static final int MOST = 100_000;
  private static final long[] NONE = {};

  private final Map<BudgetId, Known> known = new HashMap<>();

  /// @param version of the tenant's budgets
  private record Known(long version, long account, Instant from, @Nullable Instant until) {}

  /// @param ids empty when one is not known
  /// @param from the last of their beginnings, or null
  /// @param until the first of their ends, or null when they have none
  record Found(long[] ids, @Nullable Instant from, @Nullable Instant until) {
    private static final Found NOTHING = new Found(NONE, null, null);
  }

  Found of(List<FlushStatement.Touch> touches, Map<TenantId, BudgetBook> books) {
    long[] ids = new long[touches.size()];
    Instant from = null;
    Instant until = null;
    for (int i = 0; i < ids.length; i++) {
      FlushStatement.Touch touch = touches.get(i);
      Known account = known.get(touch.budget().id());
      BudgetBook book = books.get(touch.tenant());
      if (account == null || book == null || account.version != book.version()) {
        return Found.NOTHING;
      }
      ids[i] = account.account;
      from = from == null || account.from.isAfter(from) ? account.from : from;
      Instant end = account.until;
      until = end != null && (until == null || end.isBefore(until)) ? end : until;
    }
    return ids.length == 0 ? Found.NOTHING : new Found(ids, from, until);
  }

  void learn(FlushStatement.Touch touch, long version, long account, Balance balance) {
    if (known.size() >= MOST) {
      known.clear();
    }
    known.put(touch.budget().id(), new Known(version, account, balance.start(), balance.end()));
  }
}
