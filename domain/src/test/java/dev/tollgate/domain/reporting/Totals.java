package dev.tollgate.domain.reporting;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.reporting.CallView.Holder;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What a report says, worked out from the calls themselves, one by one. A call that no provider
/// was asked for counts under no model: its name could be anything that a caller wrote.
public final class Totals {
  private static final Comparator<List<String>> ORDER =
      Comparator.comparing((List<String> groups) -> groups.isEmpty() ? "" : groups.getFirst())
          .thenComparing(groups -> groups.isEmpty() ? "" : groups.getLast());

  private Totals() {}

  public static List<UsageReport.Row> of(List<CallView> calls, UsageQuery query) {
    Map<List<String>, Sum> sums = new TreeMap<>(ORDER);
    for (CallView call : calls) {
      if (matches(call, query)) {
        List<String> groups = query.groups().stream().map(each -> value(each, call)).toList();
        sums.computeIfAbsent(groups, _ -> new Sum()).add(call);
      }
    }
    return sums.entrySet().stream().map(each -> each.getValue().row(each.getKey())).toList();
  }

  private static boolean matches(CallView call, UsageQuery query) {
    return !call.time().isBefore(query.from())
        && call.time().isBefore(query.to())
        && (query.key() == null || holder(call, Holder::key, query.key()))
        && (query.project() == null || holder(call, Holder::project, query.project()))
        && (query.model() == null || query.model().equals(model(call)));
  }

  private static String value(UsageQuery.Group group, CallView call) {
    return switch (group) {
      case KEY -> text(part(call, Holder::key));
      case PROJECT -> text(part(call, Holder::project));
      case BUSINESS_UNIT -> text(part(call, Holder::businessUnit));
      case MODEL -> model(call);
      case PROVIDER -> text(provider(call));
      case MINUTE -> begin(call, 60);
      case HOUR -> begin(call, 3_600);
      case DAY -> begin(call, 86_400);
      case MONTH ->
          LocalDate.ofInstant(call.time(), ZoneOffset.UTC)
              .withDayOfMonth(1)
              .atStartOfDay(ZoneOffset.UTC)
              .toInstant()
              .toString();
      case MEMBER, TAG -> throw new IllegalArgumentException("a call does not say its " + group);
    };
  }

  private static String model(CallView call) {
    return call.course().served() == null ? "" : text(call.course().asked().model());
  }

  private static @Nullable String provider(CallView call) {
    CallRecord.Served served = call.course().served();
    return served == null ? null : served.provider();
  }

  private static <T> @Nullable T part(CallView call, Function<Holder, T> part) {
    Holder holder = call.holder();
    return holder == null ? null : part.apply(holder);
  }

  private static <T> boolean holder(CallView call, Function<Holder, T> part, T wanted) {
    return wanted.equals(part(call, part));
  }

  private static String text(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  private static String begin(CallView call, int width) {
    long second = call.time().getEpochSecond();
    return Instant.ofEpochSecond(second - Math.floorMod(second, width)).toString();
  }

  private static final class Sum {
    private final long[] latency = new long[Histogram.BUCKETS];
    private final long[] firstToken = new long[Histogram.BUCKETS];
    private long calls;
    private long errors;
    private Money cost = Money.ZERO;
    private Money estimated = Money.ZERO;
    private Usage usage = Usage.NONE;

    private void add(CallView call) {
      calls++;
      errors += call.course().outcome().isError() ? 1 : 0;
      Money own = call.charge().cost();
      cost = own == null ? cost : cost.plus(own);
      estimated = own == null || !call.charge().estimated() ? estimated : estimated.plus(own);
      Usage.Builder added = Usage.builder();
      for (Component component : Component.values()) {
        added.set(component, usage.count(component) + call.charge().usage().count(component));
      }
      usage = added.build();
      CallRecord.Timing timing = call.course().timing();
      latency[Histogram.bucket(timing.latencyMicros())]++;
      timing.firstTokenMicros().ifPresent(micros -> firstToken[Histogram.bucket(micros)]++);
    }

    private UsageReport.Row row(List<String> groups) {
      return new UsageReport.Row(
          groups,
          calls,
          errors,
          usage,
          cost,
          estimated,
          percentiles(latency),
          percentiles(firstToken));
    }

    private static UsageReport.Percentiles percentiles(long[] counts) {
      return new UsageReport.Percentiles(
          Histogram.percentileMillis(counts, 50), Histogram.percentileMillis(counts, 95));
    }
  }
}
