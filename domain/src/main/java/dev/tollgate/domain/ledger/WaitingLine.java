package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.money.Money;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Reservations that wait because only open holds are in the way. One that waits for an account
/// goes before all who come later and touch the same account, so that a small call never starves a
/// large one. Calls that share no account do not wait for each other. Used by one thread.
///
/// @param <T> who waits
public final class WaitingLine<T> {
  private final Map<T, Place> places = new LinkedHashMap<>();
  private final Map<T, Balance> refusals = new HashMap<>();

  private record Place(Set<BudgetId> budgets, Money floor) {}

  /// Joins at the end.
  public void join(T waiter, Collection<BudgetId> budgets, Money floor) {
    places.put(waiter, new Place(Set.copyOf(budgets), floor));
  }

  /// Notes that a waiter has asked and was refused for an account as it is here. It does not ask
  /// again before that account has changed, or a probe is due: someone on another node may be
  /// before it.
  public void refused(T waiter, Balance binding) {
    refusals.put(waiter, binding);
  }

  public void leave(T waiter) {
    places.remove(waiter);
    refusals.remove(waiter);
  }

  public boolean isEmpty() {
    return places.isEmpty();
  }

  /// Everyone in line, in order.
  public List<T> waiters() {
    return List.copyOf(places.keySet());
  }

  public boolean holds(T waiter) {
    return places.containsKey(waiter);
  }

  /// Whether someone waits for one of these accounts, so that a newcomer must wait too.
  public boolean isWaitedFor(Collection<BudgetId> budgets) {
    for (Place place : places.values()) {
      for (BudgetId budget : budgets) {
        if (place.budgets().contains(budget)) {
          return true;
        }
      }
    }
    return false;
  }

  /// The reservations that should ask again now, in order: those that fit by what is known of the
  /// accounts and are not behind someone who does not.
  ///
  /// @param known the account of a budget as this node last saw it, or null
  /// @param probe whether the first in line asks again whatever is known, since other nodes change
  ///   the accounts too
  public List<T> ready(Function<BudgetId, @Nullable Balance> known, boolean probe, int most) {
    List<T> ready = new ArrayList<>();
    Map<BudgetId, Money> taken = new HashMap<>();
    Set<BudgetId> blocked = new HashSet<>();
    for (Map.Entry<T, Place> each : places.entrySet()) {
      Place place = each.getValue();
      boolean first = place.budgets().stream().noneMatch(blocked::contains);
      boolean asks =
          first
              && ready.size() < most
              && (probe || hasChanged(each.getKey(), known) && fits(place, known, taken));
      if (asks) {
        ready.add(each.getKey());
        place.budgets().forEach(budget -> taken.merge(budget, place.floor(), Money::plusAtMost));
      }
      if (!asks || probe) {
        blocked.addAll(place.budgets());
      }
    }
    return ready;
  }

  /// Takes out and returns everyone for whom it is over.
  public List<T> removeIf(Predicate<T> over) {
    List<T> removed = new ArrayList<>();
    for (Iterator<T> each = places.keySet().iterator(); each.hasNext(); ) {
      T waiter = each.next();
      if (over.test(waiter)) {
        removed.add(waiter);
        refusals.remove(waiter);
        each.remove();
      }
    }
    return removed;
  }

  private boolean hasChanged(T waiter, Function<BudgetId, @Nullable Balance> known) {
    Balance refused = refusals.get(waiter);
    Balance now = refused == null ? null : known.apply(refused.budget());
    return refused == null || now != null && now.version() > refused.version();
  }

  private static boolean fits(
      Place place, Function<BudgetId, @Nullable Balance> known, Map<BudgetId, Money> taken) {
    for (BudgetId budget : place.budgets()) {
      Balance balance = known.apply(budget);
      if (balance != null && balance.hard()) {
        Money free = balance.free().minusAtMost(taken.getOrDefault(budget, Money.ZERO));
        boolean exhausted =
            balance.posted().plusAtMost(place.floor()).compareTo(balance.limit()) > 0;
        if (!exhausted && free.compareTo(place.floor()) < 0) {
          return false;
        }
      }
    }
    return true;
  }
}
