package dev.tollgate.http.ops;

import dev.tollgate.domain.inference.CallObserver;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.pricing.Component;
import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Tag;
import io.helidon.metrics.api.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Metrics of calls. Labels are the endpoint, the model and provider that served the call, the
/// outcome and the error's code: never a key, a caller or a call. Handles are made once for each
/// combination. An attempt before the last one counts by its tokens and cost.
public final class CallMetrics implements CallObserver {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(5), Duration.ofMillis(25), Duration.ofMillis(100), Duration.ofMillis(250),
    Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5),
    Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(120)
  };
  private static final Duration[] OVERHEAD_BUCKETS = {
    Duration.ofNanos(100_000),
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(20),
    Duration.ofMillis(100)
  };

  private static final int MOST_CODES = 100;

  private final MeterRegistry registry;
  private final Set<String> codes = ConcurrentHashMap.newKeySet();
  private final ConcurrentHashMap<Label, Meters> meters = new ConcurrentHashMap<>();

  public CallMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  record Label(Endpoint endpoint, String model, String provider, String outcome, String code) {}

  /// The meters of one combination of labels.
  private static final class Meters {
    private final Counter calls;
    private final Counter inputTokens;
    private final Counter cachedTokens;
    private final Counter outputTokens;
    private final Counter costNanos;
    private final Counter estimatedNanos;
    private final Timer latency;
    private final Timer firstToken;
    private final Timer overhead;

    private Meters(MeterRegistry registry, Label label) {
      List<Tag> tags =
          List.of(
              Tag.create("endpoint", label.endpoint().wire()),
              Tag.create("model", label.model()),
              Tag.create("provider", label.provider()),
              Tag.create("outcome", label.outcome()),
              Tag.create("code", label.code()));
      calls = counter(registry, "tollgate_calls", "Calls.", tags);
      inputTokens = counter(registry, "tollgate_input_tokens", "Input tokens.", tags);
      cachedTokens =
          counter(
              registry, "tollgate_cached_input_tokens", "Input tokens read from a cache.", tags);
      outputTokens = counter(registry, "tollgate_output_tokens", "Output tokens.", tags);
      costNanos = counter(registry, "tollgate_cost_nano_dollars", "Cost in nano-dollars.", tags);
      estimatedNanos =
          counter(
              registry,
              "tollgate_estimated_cost_nano_dollars",
              "The part of the cost that was estimated, in nano-dollars.",
              tags);
      latency =
          timer(registry, "tollgate_call_duration", "From arrival to last byte.", tags, BUCKETS);
      firstToken =
          timer(registry, "tollgate_first_token", "From arrival to first byte.", tags, BUCKETS);
      overhead =
          timer(
              registry,
              "tollgate_overhead",
              "From arrival to dispatch, inside Tollgate.",
              tags,
              OVERHEAD_BUCKETS);
    }

    private void record(CallRecord call) {
      inputTokens.increment(call.usage().inputTokens());
      cachedTokens.increment(call.usage().count(Component.CACHED_INPUT));
      outputTokens.increment(call.usage().outputTokens());
      if (call.cost() != null) {
        costNanos.increment(call.cost().nanos());
        estimatedNanos.increment(call.estimated() ? call.cost().nanos() : 0);
      }
      if (!call.isAttempt()) {
        finished(call);
      }
    }

    private void finished(CallRecord call) {
      calls.increment();
      CallRecord.Timing timing = call.timing();
      latency.record(timing.latencyMicros(), TimeUnit.MICROSECONDS);
      if (timing.firstTokenMicros().isPresent()) {
        firstToken.record(timing.firstTokenMicros().getAsLong(), TimeUnit.MICROSECONDS);
      }
      overhead.record(timing.overheadMicros(), TimeUnit.MICROSECONDS);
    }

    private static Counter counter(
        MeterRegistry registry, String name, String description, List<Tag> tags) {
      return registry.getOrCreate(Counter.builder(name).description(description).tags(tags));
    }

    private static Timer timer(
        MeterRegistry registry,
        String name,
        String description,
        List<Tag> tags,
        Duration[] buckets) {
      return registry.getOrCreate(
          Timer.builder(name)
              .description(description)
              .tags(tags)
              .percentiles(new double[0])
              .buckets(buckets));
    }
  }

  @Override
  public void finished(CallRecord call) {
    CallRecord.Served served = call.served();
    Label label =
        new Label(
            call.course().asked().endpoint(),
            served == null ? "" : text(call.course().asked().model()),
            served == null ? "" : served.provider(),
            call.failed() ? Integer.toString(call.outcome().status()) : "ok",
            code(call.outcome().errorCode()));
    Meters found = meters.get(label);
    if (found == null) {
      found = meters.computeIfAbsent(label, each -> new Meters(registry, each));
    }
    found.record(call);
  }

  /// A provider may make up codes; only so many are told apart.
  private String code(@Nullable String code) {
    if (code == null) {
      return "";
    }
    if (codes.contains(code)) {
      return code;
    }
    if (codes.size() >= MOST_CODES) {
      return "other";
    }
    codes.add(code);
    return code;
  }

  private static String text(@Nullable String text) {
    return text == null ? "" : text;
  }
}
