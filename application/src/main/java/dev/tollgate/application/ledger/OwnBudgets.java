package dev.tollgate.application.ledger;

import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Scope;
import java.util.ArrayList;
import java.util.List;

/// The budgets that are a key's own: those of the key and of its project. Whoever holds the key may
/// see them.
public final class OwnBudgets {
  private static final int MOST = 50;

  private final Budgets budgets;

  public OwnBudgets(Budgets budgets) {
    this.budgets = budgets;
  }

  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the store does not answer
  public List<Budgets.State> of(VirtualKey key) {
    List<Budgets.State> own =
        new ArrayList<>(
            budgets.list(key.tenant(), Scope.KEY, key.id().value(), null, MOST).items());
    own.addAll(
        budgets.list(key.tenant(), Scope.PROJECT, key.project().value(), null, MOST).items());
    return own;
  }
}
