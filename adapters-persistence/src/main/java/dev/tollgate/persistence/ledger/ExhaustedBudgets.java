package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Batch;
import dev.tollgate.domain.ledger.Reservation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Budgets that had nothing left when the database last told of them. It says where to look first;
/// what is refused is the database's alone.
final class ExhaustedBudgets {
  private static final int MOST = 10_000;

  private final Set<BudgetId> budgets = new HashSet<>();

  boolean touchedBy(Batch batch) {
    if (budgets.isEmpty()) {
      return false;
    }
    for (Reservation each : batch.reservations()) {
      for (BudgetId budget : each.budgets()) {
        if (budgets.contains(budget)) {
          return true;
        }
      }
    }
    return false;
  }

  void learn(Batch batch, Batch.Result result) {
    if (!(result instanceof Batch.Result.Applied applied)) {
      return;
    }
    List<Reservation> asked = batch.reservations();
    for (int i = 0; i < asked.size(); i++) {
      switch (applied.outcomes().get(i)) {
        case Admission.Exhausted full -> add(full.binding().budget());
        case Admission.Admitted _ -> {
          if (!budgets.isEmpty()) {
            asked.get(i).budgets().forEach(budgets::remove);
          }
        }
        case null, default -> {
          // It says nothing of what is settled.
        }
      }
    }
  }

  private void add(BudgetId budget) {
    if (budgets.size() >= MOST) {
      budgets.clear();
    }
    budgets.add(budget);
  }
}
