package dev.tollgate.domain.reporting;

import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.money.Money;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

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
            call -> key.id().equals(call.key())),
        new Case(
            "project",
            new CallFilter(
                start, end, null, key.project(), null, null, null, null, null, null, null),
            call -> key.project().equals(call.project())),
        new Case(
            "member",
            new CallFilter(start, end, null, null, key.owner(), null, null, null, null, null, null),
            call -> key.id().equals(call.key())),
        new Case(
            "model",
            new CallFilter(start, end, null, null, null, "gpt-x", null, null, null, null, null),
            call -> "gpt-x".equals(call.model())),
        new Case(
            "tag",
            new CallFilter(start, end, null, null, null, null, "prod", null, null, null, null),
            call -> call.tags().contains("prod")),
        new Case(
            "error code",
            new CallFilter(
                start, end, null, null, null, null, null, null, "provider_timeout", null, null),
            call -> "provider_timeout".equals(call.errorCode())),
        new Case(
            "cost",
            new CallFilter(start, end, null, null, null, null, null, null, null, dear, null),
            call -> call.cost() != null && call.cost().compareTo(dear) >= 0),
        new Case(
            "latency",
            new CallFilter(start, end, null, null, null, null, null, null, null, null, 30_000L),
            call -> call.latencyMicros() >= 30_000_000),
        status("ok", start, end, call -> call.errorCode() == null),
        status("error", start, end, call -> call.errorCode() != null),
        status("429", start, end, call -> call.status() == 429),
        new Case(
            "several",
            new CallFilter(
                start, end, key.id(), key.project(), null, "gpt-x", "eu", "ok", null, dear, null),
            call ->
                key.id().equals(call.key())
                    && "gpt-x".equals(call.model())
                    && call.errorCode() == null
                    && call.cost() != null
                    && call.cost().compareTo(dear) >= 0));
  }

  private static Case status(
      String status, Instant start, Instant end, Predicate<CallView> expected) {
    return new Case(
        "status " + status,
        new CallFilter(start, end, null, null, null, null, null, status, null, null, null),
        expected);
  }
}
