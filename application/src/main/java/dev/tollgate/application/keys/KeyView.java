package dev.tollgate.application.keys;

import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Budgets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A virtual key with its budget over all models.
///
/// @param budget null when it has none
public record KeyView(VirtualKey key, Budgets.@Nullable State budget) {
  /// Keys with their budgets, which are read at once.
  static List<KeyView> of(Budgets budgets, TenantId tenant, List<VirtualKey> keys) {
    if (keys.isEmpty()) {
      return List.of();
    }
    Map<KeyId, Budgets.State> found =
        budgets.overAllModels(tenant, keys.stream().map(VirtualKey::id).toList());
    return keys.stream().map(key -> new KeyView(key, found.get(key.id()))).toList();
  }

  static KeyView of(Budgets budgets, VirtualKey key) {
    return of(budgets, key.tenant(), List.of(key)).getFirst();
  }
}
