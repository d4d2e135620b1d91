package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.money.Money;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An account at one moment: a budget in one window.
///
/// @param end when its window ends, or null
/// @param hard whether it refuses what does not fit
/// @param posted what was settled
/// @param held what open holds reserve
/// @param version grows with every change; of two states of one account the higher is the newer
public record Balance(
    BudgetId budget,
    Instant start,
    @Nullable Instant end,
    boolean hard,
    Money limit,
    Money posted,
    Money held,
    long version) {

  /// Whether this is a newer state of the same budget than another.
  public boolean isNewerThan(Balance other) {
    return start.equals(other.start) ? version > other.version : start.isAfter(other.start);
  }

  /// The newer of two states of the same budget.
  public static Balance newer(Balance one, Balance other) {
    return other.isNewerThan(one) ? other : one;
  }

  /// What can still be held. Negative when the limit was lowered or overrun.
  public Money free() {
    return limit.minusAtMost(posted).minusAtMost(held);
  }

  /// The decision about one hold.
  public sealed interface Verdict {
    /// It fits, if need be with less than was wanted.
    record Fits(Money granted) implements Verdict {}

    /// Only open holds are in the way: they may settle for less, so it is worth waiting.
    record Busy(Balance binding) implements Verdict {}

    /// What is settled leaves no room. Final until the limit is raised or the window ends.
    record Exhausted(Balance binding) implements Verdict {}
  }

  /// Whether a hold fits into every account it touches, all or none.
  ///
  /// @param want what the attempt can cost as it was asked for
  /// @param floor what it can cost at the least output that may be asked for; equal to `want` when
  ///   it may not be lowered
  public static Verdict decide(List<Balance> accounts, Money want, Money floor) {
    Money granted = want;
    Balance tightest = null;
    for (Balance account : accounts) {
      if (account.hard) {
        if (account.posted.plusAtMost(floor).compareTo(account.limit) > 0) {
          return new Verdict.Exhausted(account);
        }
        if (account.free().compareTo(granted) < 0) {
          granted = account.free();
          tightest = account;
        }
      }
    }
    return tightest == null || granted.compareTo(floor) >= 0
        ? new Verdict.Fits(granted)
        : new Verdict.Busy(tightest);
  }

  public Balance reserve(Money amount) {
    return new Balance(budget, start, end, hard, limit, posted, held.plus(amount), version + 1);
  }

  /// Ends a hold and posts what it really cost; zero when nothing was billed.
  public Balance settle(Money hold, Money actual) {
    return new Balance(
        budget, start, end, hard, limit, posted.plus(actual), held.minus(hold), version + 1);
  }
}
