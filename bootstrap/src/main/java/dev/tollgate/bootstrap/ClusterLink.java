package dev.tollgate.bootstrap;

import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.persistence.cluster.ClusterSettings;
import dev.tollgate.persistence.cluster.HazelcastCluster;
import dev.tollgate.persistence.ledger.PostgresBudgets;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// This node's tie to the others, if there is one. Without it they meet in PostgreSQL only.
final class ClusterLink implements AutoCloseable {
  private final ClusterSettings settings;
  private final PostgresBudgets budgets;
  private volatile @Nullable HazelcastCluster member;

  ClusterLink(ClusterSettings settings, PostgresBudgets budgets) {
    this.settings = settings;
    this.budgets = budgets;
  }

  /// @param seen told of accounts as other nodes see them
  /// @param changed run when something changed on another node
  void join(BackgroundJobs jobs, Consumer<Balance> seen, Runnable changed) {
    if (settings.isNone()) {
      return;
    }
    member =
        new HazelcastCluster(
            settings,
            new HazelcastCluster.Listener(
                seen,
                () -> jobs.soon("changes", changed),
                () -> jobs.soon("budget-view", this::rebuildView)));
    jobs.every(5, "budget-view", this::rebuildView);
  }

  void publish(List<Balance> balances) {
    HazelcastCluster joined = member;
    if (joined != null) {
      joined.publish(balances);
    }
  }

  void announceChange() {
    HazelcastCluster joined = member;
    if (joined != null) {
      joined.announceChange();
    }
  }

  int members() {
    HazelcastCluster joined = member;
    return joined == null ? 1 : joined.members();
  }

  @Override
  public void close() {
    HazelcastCluster joined = member;
    if (joined != null) {
      joined.close();
    }
  }

  /// The view is never the only copy: what is missing or old in it is put right from PostgreSQL.
  private void rebuildView() {
    publish(budgets.currentBalances());
  }
}
