package dev.tollgate.persistence.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.SplitBrainProtectionConfig;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import com.hazelcast.spi.merge.DiscardMergePolicy;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionOn;
import com.hazelcast.topic.ITopic;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ledger.Balance;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An embedded Hazelcast member. It carries a forward-only view of budgets and a topic that says
/// that something changed; both only save time, since every node polls PostgreSQL as well. Nothing
/// that admits or charges a call reads it. When it fails, views lag and polling goes on.
public final class HazelcastCluster implements AutoCloseable {
  /// What is exchanged; nodes of another version form a cluster of their own.
  private static final String VERSION = "0.1";

  private static final String VIEW = "budget-view";
  private static final String CHANGES = "changes";
  private static final Duration PAUSE = Duration.ofMillis(20);

  /// What may be deserialised besides our own and Hazelcast's classes: parts of exceptions, by
  /// which members tell each other, for one, that a partition has moved. Helidon's filter for the
  /// whole process has the same list (META-INF/helidon/serial-config.properties).
  static final String[] DESERIALISED = {
    "[J",
    "java.lang.Number",
    "java.lang.Long",
    "java.lang.Throwable",
    "java.lang.Exception",
    "java.lang.RuntimeException",
    "java.lang.Error",
    "java.lang.IllegalStateException",
    "java.lang.IllegalArgumentException",
    "java.lang.StackTraceElement",
    "[Ljava.lang.StackTraceElement;",
    "java.io.IOException",
    "java.util.concurrent.CancellationException",
    "java.util.concurrent.ExecutionException",
    "java.util.concurrent.TimeoutException",
    "java.util.CollSer",
    "[Ljava.lang.Object;",
    "java.util.ArrayList",
    "java.util.Collections$EmptyList"
  };

  private static final Logger LOG = System.getLogger(HazelcastCluster.class.getName());

  private final HazelcastInstance member;
  private final IMap<String, long[]> view;
  private final ITopic<Long> changes;
  private final Map<BudgetId, Balance> unsent = new ConcurrentHashMap<>();
  private final Thread sender;
  private volatile boolean stopping;
  private volatile boolean failing;

  /// Whom a member tells.
  ///
  /// @param seen a newer view of an account, from any node
  /// @param changed something changed on another node
  /// @param merged two halves have met again; the view must be rebuilt
  public record Listener(Consumer<Balance> seen, Runnable changed, Runnable merged) {}

  /// @throws HazelcastException when the member cannot start
  public HazelcastCluster(ClusterSettings settings, Listener listener) {
    member = Hazelcast.newHazelcastInstance(config(settings));
    view = member.getMap(VIEW);
    changes = member.getTopic(CHANGES);
    view.addEntryListener(
        (EntryUpdatedListener<String, long[]>) event -> tell(event, listener.seen()), true);
    view.addEntryListener(
        (EntryAddedListener<String, long[]>) event -> tell(event, listener.seen()), true);
    changes.addMessageListener(
        message -> {
          if (!message.getPublishingMember().localMember()) {
            listener.changed().run();
          }
        });
    member
        .getLifecycleService()
        .addLifecycleListener(
            event -> {
              if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
                listener.merged().run();
              }
            });
    sender = Thread.ofPlatform().daemon().name("cluster-view").start(this::send);
  }

  /// Tells the other nodes of accounts as they are now. Does not wait; of several states of one
  /// account only the newest is sent.
  public void publish(List<Balance> balances) {
    for (Balance balance : balances) {
      unsent.merge(balance.budget(), balance, Balance::newer);
    }
  }

  /// Tells the other nodes that something changed, so that they look before their next poll.
  public void announceChange() {
    try {
      changes.publish(System.nanoTime());
    } catch (HazelcastException | IllegalStateException e) {
      report(e);
    }
  }

  /// The account of a budget as some node last saw it, or null.
  public @Nullable Balance seen(BudgetId budget) {
    long[] seen = view.get(budget.toString());
    return seen == null ? null : SeenAccount.read(budget.toString(), seen);
  }

  public int members() {
    return member.getCluster().getMembers().size();
  }

  @Override
  public void close() {
    stopping = true;
    sender.interrupt();
    member.shutdown();
  }

  private void send() {
    while (!stopping) {
      try {
        Thread.sleep(PAUSE);
        for (BudgetId budget : List.copyOf(unsent.keySet())) {
          Balance balance = unsent.remove(budget);
          if (balance != null) {
            view.executeOnKey(budget.toString(), new Advance(SeenAccount.of(balance)));
          }
        }
        failing = false;
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        // Whatever it was, the next batch or the regular rebuild sends the account again.
        if (!stopping) {
          report(e);
        }
      }
    }
  }

  private void report(RuntimeException e) {
    if (!failing) {
      failing = true;
      LOG.log(
          Level.WARNING, "The other nodes cannot be told of budgets; they poll. " + e.getMessage());
    }
  }

  private static void tell(EntryEvent<String, long[]> event, Consumer<Balance> seen) {
    seen.accept(SeenAccount.read(event.getKey(), event.getValue()));
  }

  static Config config(ClusterSettings settings) {
    Config config = new Config();
    config.setClusterName(settings.name() + "-" + VERSION);
    config.setProperty("hazelcast.logging.type", "jdk");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.operation.fail.on.indeterminate.state", "true");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", "15");
    config.setProperty("hazelcast.operation.call.timeout.millis", "10000");
    // By default parts of a cluster look for each other only after five minutes.
    config.setProperty("hazelcast.merge.first.run.delay.seconds", "5");
    config.setProperty("hazelcast.merge.next.run.delay.seconds", "5");
    config.getJetConfig().setEnabled(false);
    config.getMetricsConfig().setEnabled(false);
    config.getManagementCenterConfig().setScriptingEnabled(false).setConsoleEnabled(false);
    JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
    filter.setDefaultsDisabled(true);
    filter.getWhitelist().addPrefixes("dev.tollgate.persistence.cluster.", "com.hazelcast.");
    filter.getWhitelist().addClasses(DESERIALISED);
    config.getSerializationConfig().setJavaSerializationFilterConfig(filter);
    int known = settings.members().size();
    if (known > 2) {
      config.addSplitBrainProtectionConfig(
          new SplitBrainProtectionConfig("majority", true, known / 2 + 1)
              .setProtectOn(SplitBrainProtectionOn.READ_WRITE));
    }
    MapConfig map = new MapConfig(VIEW);
    map.setBackupCount(1);
    map.setTimeToLiveSeconds((int) Duration.ofDays(2).toSeconds());
    map.setMergePolicyConfig(new MergePolicyConfig(DiscardMergePolicy.class.getName(), 100));
    if (known > 2) {
      map.setSplitBrainProtectionName("majority");
    }
    config.addMapConfig(map);
    network(config.getNetworkConfig(), settings);
    return config;
  }

  private static void network(NetworkConfig network, ClusterSettings settings) {
    network.setPort(settings.port());
    network.setPortAutoIncrement(false);
    if (settings.host() != null) {
      network.getInterfaces().setEnabled(true).addInterface(settings.host());
    }
    JoinConfig join = network.getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    if (settings.serviceDns() != null) {
      join.getKubernetesConfig()
          .setEnabled(true)
          .setProperty("service-dns", settings.serviceDns())
          .setProperty("service-port", Integer.toString(settings.port()));
    } else {
      join.getTcpIpConfig().setEnabled(true).setMembers(settings.members());
    }
  }
}
