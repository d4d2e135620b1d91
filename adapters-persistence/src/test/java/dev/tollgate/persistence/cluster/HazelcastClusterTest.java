package dev.tollgate.persistence.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionException;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.testing.Eventually;
import io.helidon.common.SerializationConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.ObjectStreamClass;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HazelcastClusterTest {
  private static final HazelcastCluster.Listener DEAF =
      new HazelcastCluster.Listener(_ -> {}, () -> {}, () -> {});

  /// As in a gateway, where Helidon lets nothing be deserialised that is not listed.
  @BeforeAll
  static void filterAsAServerDoes() {
    SerializationConfig.configureRuntime();
  }

  @Test
  void whatMembersAnswerWithPassesTheFilterAndNothingElse() throws Exception {
    Exception cause = new IllegalStateException("cause");
    assertThat(passedOn(new SplitBrainProtectionException("too few")))
        .isInstanceOf(SplitBrainProtectionException.class);
    assertThat(passedOn(new HazelcastException("wrapped", cause))).hasRootCauseMessage("cause");
    assertThatThrownBy(() -> passedOn(new PriorityQueue<>(List.of("x"))))
        .isInstanceOf(InvalidClassException.class);
    String pattern = String.valueOf(ObjectInputFilter.Config.getSerialFilter());
    for (String listed : HazelcastCluster.DESERIALISED) {
      if (!listed.startsWith("[")) {
        assertThat(pattern).contains(listed);
      }
    }
  }

  /// The same object after a way over the wire, through the process's filter and Hazelcast's.
  private static Throwable passedOn(Object sent) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(sent);
    }
    var filter =
        HazelcastCluster.config(new ClusterSettings("t", null, 1, List.of("a:1"), null))
            .getSerializationConfig()
            .getJavaSerializationFilterConfig();
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())) {
          @Override
          protected Class<?> resolveClass(ObjectStreamClass description)
              throws IOException, ClassNotFoundException {
            if (!filter.getWhitelist().isListed(description.getName())) {
              throw new InvalidClassException(description.getName());
            }
            return super.resolveClass(description);
          }
        }) {
      return (Throwable) in.readObject();
    }
  }

  private static Balance balance(BudgetId budget, Instant start, long version) {
    return new Balance(
        budget,
        start,
        start.plusSeconds(60),
        true,
        new Money(100),
        new Money(version),
        Money.ZERO,
        version);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void membersSeeEachOthersAccountsAndNeverGoBack() throws Exception {
    List<String> members = List.of("127.0.0.1:" + freePort(), "127.0.0.1:" + freePort());
    List<Balance> seen = new CopyOnWriteArrayList<>();
    AtomicInteger changes = new AtomicInteger();
    BudgetId budget = new BudgetId(SampleIds.anId());
    Instant start = Instant.ofEpochSecond(1_000);
    try (HazelcastCluster one = new HazelcastCluster(settings(members, 0), DEAF);
        HazelcastCluster two =
            new HazelcastCluster(
                settings(members, 1),
                new HazelcastCluster.Listener(seen::add, changes::incrementAndGet, () -> {}))) {
      Eventually.holds("they meet", () -> one.members() == 2 && two.members() == 2);
      one.publish(List.of(balance(budget, start, 5), balance(budget, start, 4)));
      Eventually.holds(
          "the balance is seen", () -> balance(budget, start, 5).equals(two.seen(budget)));
      two.publish(List.of(balance(budget, start, 3)));
      one.publish(List.of(balance(budget, start, 6)));
      Eventually.holds(
          "the balance is seen", () -> balance(budget, start, 6).equals(two.seen(budget)));
      one.publish(List.of(balance(budget, start.plusSeconds(60), 1)));
      Eventually.holds(
          "the balance is seen",
          () -> balance(budget, start.plusSeconds(60), 1).equals(one.seen(budget)));
      two.publish(List.of(balance(budget, start, 9)));
      Thread.sleep(200);
      assertThat(one.seen(budget)).isEqualTo(balance(budget, start.plusSeconds(60), 1));
      Eventually.holds("it was told", () -> seen.contains(balance(budget, start, 6)));
      assertThat(one.seen(new BudgetId(SampleIds.anId()))).isNull();
      one.announceChange();
      Eventually.holds("the change is told", () -> changes.get() == 1);
      two.announceChange();
      Thread.sleep(200);
      assertThat(changes).as("not told of its own").hasValue(1);
    }
  }

  private static ClusterSettings settings(List<String> members, int own) {
    int port = Integer.parseInt(members.get(own).replaceAll(".*:", ""));
    return new ClusterSettings("test-" + members.getFirst(), "127.0.0.1", port, members, null);
  }

  @Test
  void aMemberOffersNothingThatIsNotNeeded() {
    Config config =
        HazelcastCluster.config(
            new ClusterSettings("tollgate", "10.0.0.1", 5701, List.of("a:1", "b:1", "c:1"), null));
    assertThat(config.getClusterName()).isEqualTo("tollgate-0.1");
    assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
    assertThat(config.getProperty("hazelcast.operation.fail.on.indeterminate.state"))
        .isEqualTo("true");
    assertThat(config.getProperty("hazelcast.merge.first.run.delay.seconds")).isEqualTo("5");
    assertThat(config.getProperty("hazelcast.merge.next.run.delay.seconds")).isEqualTo("5");
    assertThat(config.getJetConfig().isEnabled()).isFalse();
    assertThat(config.getManagementCenterConfig().isScriptingEnabled()).isFalse();
    assertThat(config.getNetworkConfig().getJoin().getMulticastConfig().isEnabled()).isFalse();
    assertThat(config.getNetworkConfig().getJoin().getAutoDetectionConfig().isEnabled()).isFalse();
    assertThat(config.getNetworkConfig().getInterfaces().getInterfaces())
        .containsExactly("10.0.0.1");
    assertThat(config.getSplitBrainProtectionConfig("majority").getMinimumClusterSize())
        .isEqualTo(2);
    assertThat(config.getMapConfig("budget-view").getSplitBrainProtectionName())
        .isEqualTo("majority");
    var filter = config.getSerializationConfig().getJavaSerializationFilterConfig();
    assertThat(filter).isNotNull();
    assertThat(filter.isDefaultsDisabled()).isTrue();
    assertThat(filter.getWhitelist().isListed("java.util.PriorityQueue")).isFalse();
    assertThat(filter.getWhitelist().isListed(Advance.class.getName())).isTrue();
  }
}
