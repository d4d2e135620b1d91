package dev.tollgate.domain.reporting;

import static dev.tollgate.domain.inference.SampleCalls.aCall;
import static dev.tollgate.domain.inference.SampleCalls.someCalls;
import static dev.tollgate.domain.keys.SampleKeys.aKey;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.ContentStore;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.reporting.UsageQuery.Group;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.domain.tenancy.SampleProjects;
import dev.tollgate.domain.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What the books promise, however they are kept: a committed call is found, once, and every total
/// is that of the rows.
public abstract class BooksContract {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Instant START = Instant.parse("2026-11-20T21:00:00Z");
  private static final Duration SPAN = Duration.ofHours(6);
  private static final Instant END = START.plus(SPAN);

  protected abstract CallJournal journal();

  protected abstract ContentStore contents();

  protected abstract CallHistory history();

  protected abstract UsageReport report();

  protected abstract TenantId foundTenant();

  private static List<VirtualKey> keysOf(TenantId tenant) {
    var unit = new BusinessUnitId(SampleIds.anId());
    var one = SampleProjects.aProject(tenant, unit);
    var two = SampleProjects.aProject(tenant, new BusinessUnitId(SampleIds.anId()));
    return List.of(
        aKey().of(one).tagged("prod", "eu").ownedBy(new MemberId(SampleIds.anId())).build(),
        aKey().of(one).tagged("prod").build(),
        aKey().of(two).build());
  }

  private void commit(List<CallRecord> calls) {
    List<Callable<Boolean>> commits = new ArrayList<>();
    calls.forEach(call -> commits.add(() -> journal().commit(call, PATIENCE)));
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> committed : executor.invokeAll(commits)) {
        assertThat(committed.get()).isTrue();
      }
    } catch (Exception e) {
      throw new AssertionError("a call could not be committed", e);
    }
  }

  private List<CallView> export(TenantId tenant, CallFilter filter) {
    List<CallView> exported = new ArrayList<>();
    history().export(tenant, filter, exported::add);
    return exported;
  }

  private static CallFilter all() {
    return SampleFilters.all(START, END);
  }

  @Test
  void aCommittedCallIsFoundAsItWas() {
    VirtualKey key = keysOf(foundTenant()).getFirst();
    CallRecord call =
        aCall()
            .by(key)
            .at(START)
            .streaming(4_321)
            .from(new ClientInfo("10.0.0.1", "curl/8 é", "node 7.57.0", "s1", "u1", "{\"a\":1}"))
            .build();
    assertThat(journal().commit(call, PATIENCE)).isTrue();
    assertThat(history().find(key.tenant(), call.id())).contains(InMemoryBooks.view(call));
  }

  @Test
  void aRefusedCallOfNoKeyIsFoundToo() {
    TenantId tenant = foundTenant();
    CallRecord call =
        aCall().of(tenant).at(START).asking(null).refused(401, "invalid_api_key").build();
    assertThat(journal().commit(call, PATIENCE)).isTrue();
    assertThat(history().find(tenant, call.id())).contains(InMemoryBooks.view(call));
  }

  @Test
  void anOfferedCallIsFoundSoon() throws InterruptedException {
    CallRecord call = aCall().of(foundTenant()).at(START).build();
    journal().offer(call);
    assertThat(soon(() -> history().find(call.tenant(), call.id())))
        .isEqualTo(InMemoryBooks.view(call));
  }

  @Test
  void whatAClientSaysOfItselfCannotStopACall() {
    String hostile = "\0\u0001\uD800'\"\\{}\n" + "x".repeat(100_000);
    CallRecord call =
        aCall()
            .of(foundTenant())
            .at(START)
            .asking(hostile)
            .from(new ClientInfo(hostile, hostile, hostile, hostile, hostile, hostile))
            .build();
    assertThat(journal().commit(call, PATIENCE)).isTrue();
    assertThat(history().find(call.tenant(), call.id())).isPresent();
  }

  @Test
  void aCallIsHiddenFromOtherTenants() {
    CallRecord call = aCall().by(keysOf(foundTenant()).getFirst()).at(START).build();
    commit(List.of(call));
    TenantId other = foundTenant();
    assertThat(history().find(other, call.id())).isEmpty();
    assertThat(history().list(other, all(), null, 10).items()).isEmpty();
    assertThat(export(other, all())).isEmpty();
    assertThat(report().report(other, query(List.of()))).isEmpty();
  }

  @Test
  void anUnknownCallIsNotFound() {
    assertThat(history().find(foundTenant(), new CallId(SampleIds.anIdOf(START)))).isEmpty();
  }

  @Test
  void everyFilterListsAndExportsExactlyItsCallsNewestFirst() {
    TenantId tenant = foundTenant();
    List<VirtualKey> keys = keysOf(tenant);
    List<CallRecord> calls = someCalls(400, 7, keys, START, SPAN);
    commit(calls);
    for (SampleFilters.Case each : SampleFilters.cases(keys.getFirst(), START, END)) {
      List<CallView> expected =
          calls.stream()
              .map(InMemoryBooks::view)
              .filter(each.expected())
              .sorted(Comparator.comparing((CallView call) -> call.id().value()).reversed())
              .toList();
      assertThat(expected).as(each.name()).isNotEmpty();
      assertThat(export(tenant, each.filter())).as("export by %s", each.name()).isEqualTo(expected);
      assertThat(pages(tenant, each.filter())).as("list by %s", each.name()).isEqualTo(expected);
    }
  }

  private List<CallView> pages(TenantId tenant, CallFilter filter) {
    List<CallView> listed = new ArrayList<>();
    @Nullable UUID cursor = null;
    do {
      Page<CallView> page = history().list(tenant, filter, cursor, 37);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(37);
      listed.addAll(page.items());
      cursor = page.next();
    } while (cursor != null);
    return listed;
  }

  @Test
  void aSpanHoldsItsBeginningAndNotItsEnd() {
    TenantId tenant = foundTenant();
    CallRecord first = aCall().of(tenant).at(START).build();
    CallRecord last = aCall().of(tenant).at(END.minusNanos(1_000)).build();
    commit(List.of(first, last, aCall().of(tenant).at(END).build()));
    assertThat(export(tenant, all()))
        .extracting(CallView::id)
        .containsExactly(last.id(), first.id());
  }

  @Test
  void anExportOfManyCallsIsWhole() {
    TenantId tenant = foundTenant();
    List<CallRecord> calls = someCalls(1_234, 8, keysOf(tenant), START, SPAN);
    commit(calls);
    assertThat(export(tenant, all()))
        .extracting(CallView::id)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(calls.stream().map(CallRecord::id).toList());
  }

  private static UsageQuery query(List<Group> groups) {
    return new UsageQuery(START, END, groups, null, null, null);
  }

  private static List<List<Group>> groupings() {
    // Owner and tags are those of the stored key, which is another contract's.
    Set<Group> ofCalls = EnumSet.complementOf(EnumSet.of(Group.MEMBER, Group.TAG));
    List<List<Group>> groupings = new ArrayList<>(List.of(List.of()));
    for (Group first : ofCalls) {
      groupings.add(List.of(first));
      for (Group second : ofCalls) {
        if (first != second && (first.width() == null || second.width() == null)) {
          groupings.add(List.of(first, second));
        }
      }
    }
    return groupings;
  }

  @Test
  void totalsEqualTheRowsForEveryGroupAndInterval() {
    TenantId tenant = foundTenant();
    commit(someCalls(500, 9, keysOf(tenant), START, SPAN));
    List<CallView> rows = export(tenant, all());
    for (List<Group> groups : groupings()) {
      UsageQuery query = query(groups);
      assertThat(report().report(tenant, query)).as("%s", groups).isEqualTo(Totals.of(rows, query));
    }
  }

  @Test
  void totalsOfAPartEqualTheRowsOfThatPart() {
    TenantId tenant = foundTenant();
    List<VirtualKey> keys = keysOf(tenant);
    commit(someCalls(300, 10, keys, START, SPAN));
    List<CallView> rows = export(tenant, all());
    VirtualKey key = keys.getFirst();
    Instant minute = START.plusSeconds(60 * 61);
    List<Group> by = List.of(Group.PROVIDER, Group.HOUR);
    for (UsageQuery query :
        List.of(
            new UsageQuery(START, END, by, key.id(), null, null),
            new UsageQuery(START, END, by, null, key.project(), null),
            new UsageQuery(START, END, by, null, null, "gpt-x"),
            new UsageQuery(START, END, by, key.id(), key.project(), "gpt-x"),
            new UsageQuery(minute, minute.plusSeconds(3_600), by, null, null, null))) {
      assertThat(report().report(tenant, query)).as("%s", query).isEqualTo(Totals.of(rows, query));
    }
  }

  @Test
  void addsUpByModelAndHour() {
    TenantId tenant = foundTenant();
    commit(
        List.of(
            aCall().of(tenant).at(START).costing(5).build(),
            aCall().of(tenant).at(START.plusSeconds(3_599)).costing(7).build(),
            aCall().of(tenant).at(START.plusSeconds(3_600)).costing(11).failing(502, "x").build()));
    List<UsageReport.Row> rows = report().report(tenant, query(List.of(Group.MODEL, Group.HOUR)));
    assertThat(rows).hasSize(2);
    UsageReport.Row first = rows.getFirst();
    assertThat(first.groups()).containsExactly("gpt-x", "2026-11-20T21:00:00Z");
    assertThat(first.calls()).isEqualTo(2);
    assertThat(first.errors()).isZero();
    assertThat(first.cost()).isEqualTo(new Money(12));
    assertThat(first.usage())
        .isEqualTo(Usage.builder().set(Component.INPUT, 200).set(Component.OUTPUT, 40).build());
    assertThat(rows.getLast().errors()).isEqualTo(1);
    assertThat(rows.getLast().cost()).isEqualTo(new Money(11));
  }

  @Test
  void aRefusedCallCountsAsAnErrorThatCostsNothing() {
    TenantId tenant = foundTenant();
    commit(List.of(aCall().of(tenant).at(START).refused(429, "insufficient_quota").build()));
    UsageReport.Row row = report().report(tenant, query(List.of(Group.MODEL))).getFirst();
    assertThat(row.groups()).containsExactly("");
    assertThat(row.calls()).isEqualTo(1);
    assertThat(row.errors()).isEqualTo(1);
    assertThat(row.cost()).isEqualTo(Money.ZERO);
    assertThat(row.usage()).isEqualTo(Usage.NONE);
  }

  @Test
  void aRepeatDoublesNothing() {
    TenantId tenant = foundTenant();
    CallRecord call = aCall().of(tenant).at(START).costing(5).build();
    CallRecord other = aCall().of(tenant).at(START).costing(6).build();
    commit(List.of(call));
    journal().offer(call);
    commit(List.of(other));
    assertThat(export(tenant, all())).hasSize(2);
    UsageReport.Row total = report().report(tenant, query(List.of())).getFirst();
    assertThat(total.calls()).isEqualTo(2);
    assertThat(total.cost()).isEqualTo(new Money(11));
  }

  @Test
  void capturedContentIsFoundByItsCallAndTenant() throws InterruptedException {
    TenantId tenant = foundTenant();
    CallRecord call = aCall().of(tenant).at(START).build();
    commit(List.of(call));
    assertThat(history().content(tenant, call.id())).isEmpty();
    byte[] request = "{\"model\":\"x\"}".getBytes(UTF_8);
    byte[] response = {0, 1, -1};
    contents()
        .put(new CapturedContent(call.id(), tenant, Retention.DAYS_7, request, response, true));
    assertThat(soon(() -> history().content(tenant, call.id())))
        .usingRecursiveComparison()
        .isEqualTo(
            new CapturedContent(call.id(), tenant, Retention.DAYS_7, request, response, true));
    assertThat(history().content(foundTenant(), call.id())).isEmpty();
  }

  private static <T> T soon(Callable<Optional<T>> question) {
    return Eventually.answer("there is one", question, Optional::isPresent).orElseThrow();
  }
}
