package dev.tollgate.application.ledger;

import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.ScopeRef;
import java.util.ArrayList;
import java.util.List;

/// The budgets that are a key's own: those of the key and of its project. The holder of the key may
/// see them.
public final class OwnBudgets {
  private static final int MOST = 50;

  private final Budgets budgets;

  public OwnBudgets(Budgets budgets) {
    this.budgets = budgets;
  }

  /// @throws dev.tollgate.domain.stores.StoreUnavailable when the store does not answer
  public List<Budgets.State> of(VirtualKey key) {
    List<Budgets.State> own = new ArrayList<>(list(key, ScopeRef.of(key.id())));
    own.addAll(list(key, ScopeRef.of(key.project())));
    return own;
  }

  private List<Budgets.State> list(VirtualKey key, ScopeRef scope) {
    return budgets.list(key.tenant(), new Budgets.Which.Of(scope), null, MOST).items();
  }
}
