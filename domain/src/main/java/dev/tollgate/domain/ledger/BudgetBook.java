package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.rules.BrokenRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// All budgets of a tenant at one moment, and its tree of business units. Immutable. The store
/// knows which version is the current one and refuses decisions made by another.
public final class BudgetBook {
  private final TenantId tenant;
  private final long version;
  private final Settings settings;
  private final Map<UUID, List<Budget>> byScope = new HashMap<>();
  private final Map<BudgetId, Budget> byId = new HashMap<>();
  private final Map<UUID, UUID> parents;

  /// What a tenant decides about its ledger.
  ///
  /// @param outputCap tokens that are written into a request that names no cap of its own
  /// @param showsAncestors whether callers see the amounts of budgets above their project
  /// @param capturesAll whether the content of every call must be kept
  public record Settings(
      FiscalCalendar calendar, int outputCap, boolean showsAncestors, boolean capturesAll) {
    public static final Settings USUAL = new Settings(FiscalCalendar.UTC, 4_096, false, false);

    public Settings {
      if (outputCap < 1) {
        throw BrokenRule.of("default_output_cap", "must be at least 1");
      }
    }
  }

  /// @param parents the parent of every business unit but the root
  public BudgetBook(
      TenantId tenant,
      long version,
      Settings settings,
      List<Budget> budgets,
      Map<UUID, UUID> parents) {
    this.tenant = tenant;
    this.version = version;
    this.settings = settings;
    this.parents = Map.copyOf(parents);
    for (Budget budget : budgets) {
      byScope.computeIfAbsent(budget.scope().value(), _ -> new ArrayList<>()).add(budget);
      byId.put(budget.id(), budget);
    }
  }

  public TenantId tenant() {
    return tenant;
  }

  public long version() {
    return version;
  }

  public Settings settings() {
    return settings;
  }

  /// The same tree with one budget alone, which need not be in this book yet.
  public BudgetBook alone(Budget budget) {
    return new BudgetBook(tenant, version, settings, List.of(budget), parents);
  }

  public @Nullable Budget find(BudgetId id) {
    return byId.get(id);
  }

  /// Every budget that a call counts against: of its key, the key's owner, the project, each
  /// business unit above it, and the tenant, narrowest first.
  public List<Budget> touching(VirtualKey key, String model) {
    if (byId.isEmpty()) {
      return List.of();
    }
    List<Budget> found = new ArrayList<>(4);
    add(found, key.id().value(), model);
    if (key.owner() != null) {
      add(found, key.owner().value(), model);
    }
    add(found, key.project().value(), model);
    for (UUID unit = key.businessUnit().value(); unit != null; unit = parents.get(unit)) {
      add(found, unit, model);
    }
    add(found, tenant.value(), model);
    return found;
  }

  private void add(List<Budget> found, UUID scope, String model) {
    List<Budget> budgets = byScope.get(scope);
    if (budgets != null) {
      for (Budget budget : budgets) {
        if (budget.counts(model)) {
          found.add(budget);
        }
      }
    }
  }
}
