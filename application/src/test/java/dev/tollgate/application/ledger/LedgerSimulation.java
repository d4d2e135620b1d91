package dev.tollgate.application.ledger;

import static java.util.Objects.requireNonNull;

import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.stores.StoreUnavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Three nodes, calls and every kind of trouble, all from one seed: nodes that die, pause (also for
/// longer than a hold lives) or lose acknowledgements, a ledger that is away, clocks that jump or
/// are off by hours, exceptions in the writer, counters that the store does not take, connections
/// that are lost after the request was sent, providers that switch tiers. Each node runs the
/// product's [BatchCycle]; calls and providers are scripted. What must hold is checked as it goes.
public final class LedgerSimulation {
  /// What can be wrong with a node.
  public enum Bug {
    NONE,
    /// The provider is called before the hold is durable.
    DISPATCH_WITHOUT_HOLD,
    /// A call that timed out gives its hold back, although the provider bills it.
    VOID_ON_TIMEOUT
  }

  private static final int NODES = 3;
  private static final int MOST_CALLS = 60;

  private final Authority authority;
  private final List<VirtualKey> keys;
  private final Random random;
  private final Bug bug;
  private final Duration lifetime;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<HoldId, Long> billed = new HashMap<>();

  /// What may be posted for a call that was confirmed: its cost, or its bound if it had to be put
  /// down so.
  private final Map<HoldId, Set<Long>> acknowledged = new HashMap<>();

  private final Set<CallRecord> poisoned = new HashSet<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<BudgetId, Long> spent = new HashMap<>();
  private long nanos = 1;
  private int calls;
  private boolean down;

  /// @param keys of one tenant, whose budgets are the authority's
  /// @param lifetime of a hold
  public LedgerSimulation(
      Authority authority, List<VirtualKey> keys, long seed, Bug bug, Duration lifetime) {
    this.authority = authority;
    this.keys = List.copyOf(keys);
    this.random = new Random(seed);
    this.bug = bug;
    this.lifetime = lifetime;
    for (int i = 0; i < NODES; i++) {
      nodes.add(new Node(i + 1));
    }
  }

  /// Runs to the end.
  ///
  /// @return what did not hold; empty when all is well
  public List<String> run() {
    for (int step = 0; step < 400 && violations.isEmpty(); step++) {
      step();
      check(false);
    }
    quiesce();
    return violations;
  }

  private void step() {
    authority.advance(random.nextInt(200));
    nanos += random.nextLong(200_000_000L);
    Node node = nodes.get(random.nextInt(NODES));
    switch (random.nextInt(100)) {
      case 0 -> node.restart();
      case 1 -> node.pausedFor = 5 + random.nextInt(60);
      case 2 -> down = !down;
      case 3 -> authority.advance(20_000L * random.nextInt(3));
      case 4 -> nanos += random.nextLong(20_000_000_000L);
      case 5 -> node.store.losesNext = true;
      case 6 -> node.add(expiring(anyOpen()));
      case 7 -> authority.expired().forEach(hold -> node.add(expiring(hold)));
      case 8 -> node.store.throwsNext = TroubledStore.Throws.BEFORE;
      case 9 -> node.store.throwsNext = TroubledStore.Throws.AFTER;
      case 10 -> node.throwsFromBooks = true;
      case 11 -> {
        node.pausedFor = 100;
        long pause = 2 * lifetime.toMillis() + 60_000;
        authority.advance(pause);
        nanos += pause * 1_000_000;
      }
      default -> node.act();
    }
  }

  private static Operation.Ending expiring(HoldId hold) {
    return new Operation.Ending(hold, new Operation.Ending.Way.Expired());
  }

  private HoldId anyOpen() {
    List<HoldId> open = authority.open();
    return open.isEmpty() ? new HoldId(SampleIds.anId()) : open.get(random.nextInt(open.size()));
  }

  private void check(boolean thorough) {
    violations.addAll(authority.violations(thorough));
    for (Node node : nodes) {
      if (node.cycle.unwritten() > 0) {
        violations.add("something was refused that is in order");
      }
    }
    for (Budget budget : budgets()) {
      long limit = budget.limit().nanos();
      long total = spent.getOrDefault(budget.id(), 0L);
      if (total > limit) {
        violations.add("providers billed " + total + " of a limit of " + limit);
      }
    }
  }

  private List<Budget> budgets() {
    return authority.book().touching(keys.getFirst(), "gpt-x").stream()
        .filter(Budget::isHard)
        .toList();
  }

  /// All trouble ends; then everything must come to rest and to the right sums.
  private void quiesce() {
    down = false;
    for (Node node : nodes) {
      node.store.losesNext = false;
      node.store.throwsNext = TroubledStore.Throws.NOTHING;
      node.throwsFromBooks = false;
      node.pausedFor = 0;
    }
    for (int round = 0; round < 60 && violations.isEmpty(); round++) {
      nanos += 1_000_000_000L;
      authority.advance(1_000);
      for (Node node : nodes) {
        node.finish();
      }
    }
    for (int round = 0; round < 5; round++) {
      authority.advance(lifetime.toMillis() + 60_000);
      nodes.getFirst().turn();
      authority.expired().forEach(each -> nodes.getFirst().add(expiring(each)));
      nodes.getFirst().turn();
    }
    check(true);
    if (!authority.open().isEmpty()) {
      violations.add("holds are left open: " + authority.open().size());
    }
    Map<HoldId, Long> posted = authority.posted();
    acknowledged.forEach(
        (hold, amounts) -> {
          if (!amounts.contains(posted.get(hold))) {
            violations.add("acknowledged " + amounts + " and posted " + posted.get(hold));
          }
        });
    billed.forEach(
        (hold, amount) -> {
          if (posted.getOrDefault(hold, -1L) < amount) {
            violations.add("billed " + amount + " and posted " + posted.get(hold));
          }
        });
  }

  private final class Node {
    private final int number;
    private TroubledStore store;
    private BatchCycle cycle;
    private final List<Flight> flights = new ArrayList<>();
    private final Duration clockOff = Duration.ofHours(random.nextInt(11) - 5);
    private boolean throwsFromBooks;
    private int pausedFor;
    private int flightsToCome;

    private Node(int number) {
      this.number = number;
      this.store = newStore();
      this.cycle = newCycle();
    }

    private TroubledStore newStore() {
      return new TroubledStore(authority.open(number), random, () -> down, poisoned::contains);
    }

    private BatchCycle newCycle() {
      BudgetBooks books =
          new BudgetBooks() {
            @Override
            public BudgetBook current(TenantId tenant) {
              if (throwsFromBooks) {
                throwsFromBooks = false;
                throw new IllegalStateException("simulated");
              }
              return authority.book();
            }

            @Override
            public void refresh(TenantId tenant) {
              // The book of a simulation does not change.
            }
          };
      return new BatchCycle(store, books, () -> nanos, () -> {}, _ -> {});
    }

    /// Dies without a word and starts again. What its providers were doing is billed.
    private void restart() {
      flights.clear();
      store.disconnect();
      store = newStore();
      cycle = newCycle();
    }

    private void add(Operation operation) {
      cycle.add(operation);
    }

    private void act() {
      if (pausedFor > 0) {
        pausedFor--;
        return;
      }
      if (flightsToCome > 0 || calls < MOST_CALLS && random.nextInt(3) == 0) {
        calls++;
        flightsToCome = Math.max(0, flightsToCome - 1);
        flights.add(new Flight(this));
      }
      if (!flights.isEmpty()) {
        flights.get(random.nextInt(flights.size())).progress();
      }
      flights.removeIf(flight -> flight.over);
      turn();
    }

    private void turn() {
      try {
        boolean worked = cycle.turn();
        if (!worked) {
          cycle.letGo(nanos, false);
        }
      } catch (StoreUnavailable e) {
        cycle.letGo(nanos, true);
      }
    }

    private void finish() {
      turn();
      flights.forEach(Flight::progress);
      flights.removeIf(flight -> flight.over);
      turn();
    }
  }

  /// One call: asks for a hold, dispatches, is billed, settles.
  private final class Flight {
    private final Node node;
    private final VirtualKey key = keys.get(random.nextInt(keys.size()));
    private final Operation.Reserve reserve;
    private Operation.@Nullable Row settle;
    private final SimulatedTariff tariff = new SimulatedTariff(random);
    private boolean dispatched;
    private long cost;
    private boolean over;

    private Flight(Node node) {
      this.node = node;
      long want = tariff.bound().nanos();
      long floor = random.nextBoolean() ? want : 1 + random.nextLong(want);
      List<BudgetId> touched =
          authority.book().touching(key, "gpt-x").stream().map(Budget::id).toList();
      Reservation reservation =
          new Reservation(
              new HoldId(SampleIds.anId()),
              new CallId(SampleIds.anId()),
              1,
              key,
              "gpt-x",
              "openai",
              "m",
              new PriceId(SampleIds.anId()),
              new Money(want),
              new Money(floor),
              touched,
              Duration.ZERO,
              lifetime);
      long line = nanos + random.nextLong(10_000_000_000L);
      reserve = new Operation.Reserve(reservation, null, line, line + 2_000_000_000L);
      node.add(reserve);
    }

    private void progress() {
      if (settle != null) {
        if (settle.isCommitted()) {
          long confirmed = requireNonNull(settle.call().cost()).nanos();
          acknowledged.put(reserve.reservation.id(), new HashSet<>(List.of(cost, confirmed)));
          over = true;
        }
        return;
      }
      if (dispatched) {
        answer();
        return;
      }
      Admission outcome = reserve.outcome();
      if (bug == Bug.DISPATCH_WITHOUT_HOLD && outcome == null) {
        dispatch(reserve.reservation.want().nanos());
      } else if (outcome instanceof Admission.Admitted admitted) {
        dispatch(admitted.hold().amount().nanos());
      } else if (outcome != null) {
        over = true;
      }
    }

    /// From here on the provider bills, at most what the cap allows.
    private void dispatch(long bound) {
      dispatched = true;
      cost = Math.min(bound, tariff.served().nanos());
      if (random.nextInt(10) == 0) {
        // Refused with an error that is certainly not billed, and tried elsewhere or not.
        node.add(
            random.nextBoolean()
                ? Operation.Ending.atNothing(reserve.reservation.id())
                : row(settling(0).unbilled().build()));
        over = true;
        return;
      }
      billed.put(reserve.reservation.id(), cost);
      if (random.nextInt(10) == 0) {
        // The connection is lost after the request was sent: another attempt has a hold of its own.
        CallRecord attempt =
            settling(cost + random.nextLong(bound - cost + 1))
                .estimated(Uncertainty.BROKEN)
                .tried(reserve.reservation.call())
                .build();
        node.add(row(attempt));
        node.flightsToCome++;
        over = true;
      }
      for (Budget budget : authority.book().touching(key, "gpt-x")) {
        spent.merge(budget.id(), cost, Long::sum);
      }
    }

    private void answer() {
      boolean timedOut = random.nextInt(8) == 0;
      over = bug == Bug.VOID_ON_TIMEOUT && timedOut;
      settle = row(settling(cost).build());
      node.add(over ? Operation.Ending.atNothing(reserve.reservation.id()) : settle);
    }

    private SampleCalls.Builder settling(long amount) {
      Hold hold =
          reserve.outcome() instanceof Admission.Admitted admitted
              ? admitted.hold()
              : new Hold(reserve.reservation.id(), Money.ZERO, Instant.EPOCH);
      return SampleCalls.aCall()
          .by(key)
          .at(Instant.parse("2026-11-24T23:50:00Z").plus(node.clockOff))
          .settling(hold)
          .costing(amount);
    }

    private Operation.Row row(CallRecord call) {
      if (random.nextInt(10) == 0) {
        poisoned.add(call);
      }
      return new Operation.Row(call, null, 0);
    }
  }
}
