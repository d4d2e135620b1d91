package dev.tollgate.domain.reporting;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ContentStore;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.reporting.CallView.Holder;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.InMemoryProjects;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The books in memory, for tests: what is committed can be read at once. [#fail] makes it like a
/// store that does not answer.
public final class InMemoryBooks implements CallJournal, ContentStore, CallHistory, UsageReport {
  private final Map<CallId, CallRecord> calls = new ConcurrentHashMap<>();
  private final Map<CallId, CapturedContent> contents = new ConcurrentHashMap<>();
  private volatile boolean failing;

  /// From now on nothing is accepted; what is handed over all the same is kept, uncommitted.
  public void fail() {
    failing = true;
  }

  @Override
  public boolean isCalm() {
    return true;
  }

  @Override
  public boolean accepting() {
    return !failing;
  }

  @Override
  public boolean commit(CallRecord call, Duration patience) {
    calls.putIfAbsent(call.id(), call);
    return !failing;
  }

  @Override
  public void offer(CallRecord call) {
    calls.putIfAbsent(call.id(), call);
  }

  @Override
  public void put(CapturedContent content) {
    contents.putIfAbsent(content.call(), content);
  }

  @Override
  public boolean isWorking() {
    return !failing;
  }

  @Override
  public boolean commit(CapturedContent content, Duration patience) {
    put(content);
    return !failing;
  }

  @Override
  public Page<CallView> list(TenantId tenant, CallFilter filter, @Nullable UUID cursor, int limit) {
    return InMemoryProjects.page(
        matching(tenant, filter), call -> call.id().value(), cursor, limit);
  }

  @Override
  public Optional<CallView> find(TenantId tenant, CallId id) {
    return Optional.ofNullable(calls.get(id))
        .filter(call -> call.tenant().equals(tenant))
        .map(InMemoryBooks::view);
  }

  @Override
  public Optional<CapturedContent> content(TenantId tenant, CallId id) {
    return Optional.ofNullable(contents.get(id)).filter(each -> each.tenant().equals(tenant));
  }

  @Override
  public void export(TenantId tenant, CallFilter filter, Consumer<CallView> each) {
    matching(tenant, filter).stream()
        .sorted(Comparator.comparing((CallView call) -> call.id().value()).reversed())
        .forEach(each);
  }

  @Override
  public List<Row> report(TenantId tenant, UsageQuery query) {
    return Totals.of(
        calls.values().stream()
            .filter(call -> call.tenant().equals(tenant))
            .map(InMemoryBooks::view)
            .toList(),
        query);
  }

  private List<CallView> matching(TenantId tenant, CallFilter filter) {
    return calls.values().stream()
        .filter(call -> call.tenant().equals(tenant))
        .map(InMemoryBooks::view)
        .filter(call -> matches(call, filter))
        .toList();
  }

  private static boolean matches(CallView call, CallFilter filter) {
    Money cost = call.charge().cost();
    return !call.time().isBefore(filter.from())
        && call.time().isBefore(filter.to())
        && (filter.key() == null || filter.key().equals(part(call.holder(), Holder::key)))
        && (filter.project() == null
            || filter.project().equals(part(call.holder(), Holder::project)))
        && (filter.member() == null
            || call.holder() != null && filter.member().equals(call.holder().member()))
        && (filter.model() == null || filter.model().equals(call.course().asked().model()))
        && (filter.tag() == null
            || call.holder() != null && call.holder().tags().contains(filter.tag()))
        && (filter.status() == null || filter.status().matches(call.course().outcome()))
        && (filter.errorCode() == null
            || filter.errorCode().equals(call.course().outcome().errorCode()))
        && (filter.minCost() == null || cost != null && cost.compareTo(filter.minCost()) >= 0)
        && (filter.minLatencyMillis() == null
            || call.course().timing().latencyMicros() >= filter.minLatencyMillis() * 1_000);
  }

  /// A call as it is shown once it is committed.
  public static CallView view(CallRecord call) {
    VirtualKey key = call.key();
    return new CallView(
        call.id(),
        key == null
            ? null
            : new Holder(key.id(), key.project(), key.businessUnit(), key.owner(), key.tags()),
        call.course(),
        new CallView.Charge(call.usage(), call.cost(), call.bill().price(), call.estimated()),
        call.who().client(),
        null);
  }

  private static <S, T> @Nullable T part(@Nullable S whole, Function<S, T> part) {
    return whole == null ? null : part.apply(whole);
  }
}
