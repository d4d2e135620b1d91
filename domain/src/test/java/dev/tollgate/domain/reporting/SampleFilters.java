package dev.tollgate.domain.reporting;

import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Filters for tests, each with what it must let through.
final class SampleFilters {
  private SampleFilters() {}

  static CallFilter all(Instant start, Instant end) {
    return new CallFilter(start, end, null, null, null, null, null, null, null, null, null);
  }

  /// A filter and the calls that it shows.
  record Case(String name, CallFilter filter, Predicate<CallView> expected) {}

  /// Every part of a filter alone, and several together, within a span.
  static List<Case> cases(VirtualKey key, Instant start, Instant end) {
    return Stream.of(
            parts(key, start, end), statuses(start, end), List.of(several(key, start, end)))
        .flatMap(List::stream)
        .toList();
  }

  private static List<Case> statuses(Instant start, Instant end) {
    return List.of(
        status("ok", start, end, call -> !call.course().outcome().isError()),
        status("error", start, end, call -> call.course().outcome().isError()),
        status("429", start, end, call -> call.course().outcome().status() == 429));
  }

  private static List<Case> parts(VirtualKey key, Instant start, Instant end) {
    Instant in = start.plusSeconds(7_201);
    Instant out = in.plusSeconds(3_600);
    Money dear = new Money(500_000_000_000L);
    return List.of(
        new Case("all", all(start, end), _ -> true),
        new Case(
            "time",
            new CallFilter(in, out, null, null, null, null, null, null, null, null, null),
            call -> !call.time().isBefore(in) && call.time().isBefore(out)),
        new Case(
            "key",
            new CallFilter(start, end, key.id(), null, null, null, null, null, null, null, null),
            call -> isOf(call, key)),
        new Case(
            "project",
            new CallFilter(
                start, end, null, key.project(), null, null, null, null, null, null, null),
            call -> call.holder() != null && key.project().equals(call.holder().project())),
        new Case(
            "member",
            new CallFilter(start, end, null, null, key.owner(), null, null, null, null, null, null),
            call -> isOf(call, key)),
        new Case(
            "model",
            new CallFilter(start, end, null, null, null, "gpt-x", null, null, null, null, null),
            call -> "gpt-x".equals(call.course().asked().model())),
        new Case(
            "tag",
            new CallFilter(start, end, null, null, null, null, "prod", null, null, null, null),
            call -> call.holder() != null && call.holder().tags().contains("prod")),
        new Case(
            "error code",
            new CallFilter(
                start, end, null, null, null, null, null, null, "provider_timeout", null, null),
            call -> "provider_timeout".equals(call.course().outcome().errorCode())),
        new Case(
            "cost",
            new CallFilter(start, end, null, null, null, null, null, null, null, dear, null),
            call -> costsAtLeast(call, dear)),
        new Case(
            "latency",
            new CallFilter(start, end, null, null, null, null, null, null, null, null, 30_000L),
            call -> call.course().timing().latencyMicros() >= 30_000_000));
  }

  private static Case several(VirtualKey key, Instant start, Instant end) {
    Money dear = new Money(500_000_000_000L);
    return new Case(
        "several",
        new CallFilter(
            start,
            end,
            key.id(),
            key.project(),
            null,
            "gpt-x",
            "eu",
            new StatusFilter.Ok(),
            null,
            dear,
            null),
        call ->
            isOf(call, key)
                && "gpt-x".equals(call.course().asked().model())
                && !call.course().outcome().isError()
                && costsAtLeast(call, dear));
  }

  private static boolean isOf(CallView call, VirtualKey key) {
    return call.holder() != null && key.id().equals(call.holder().key());
  }

  private static boolean costsAtLeast(CallView call, Money least) {
    Money cost = call.charge().cost();
    return cost != null && cost.compareTo(least) >= 0;
  }

  private static Case status(
      String status, Instant start, Instant end, Predicate<CallView> expected) {
    return new Case(
        "status " + status,
        new CallFilter(
            start, end, null, null, null, null, null, StatusFilter.parse(status), null, null, null),
        expected);
  }
}
