package dev.tollgate.http.ops;

import io.helidon.metrics.api.Counter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.metrics.api.Tag;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// Counts members of requests that Tollgate does not know, by name. Names are the callers', so only
/// so many are told apart, and none that is not a plain word.
public final class UnknownParameters {
  private static final int MOST = 200;
  private static final String OTHER = "other";

  private final MeterRegistry registry;
  private final ConcurrentHashMap<String, Counter> counters = new ConcurrentHashMap<>();

  public UnknownParameters(MeterRegistry registry) {
    this.registry = registry;
  }

  public void seen(List<String> names) {
    for (int i = 0; i < names.size(); i++) {
      counter(names.get(i)).increment();
    }
  }

  private Counter counter(String name) {
    Counter known = counters.get(name);
    if (known != null) {
      return known;
    }
    boolean plain = name.matches("[A-Za-z0-9_.-]{1,64}");
    String label = plain && counters.size() < MOST ? name : OTHER;
    return counters.computeIfAbsent(label, this::make);
  }

  private Counter make(String label) {
    return registry.getOrCreate(
        Counter.builder("tollgate_unknown_parameters")
            .description("Members of requests that Tollgate does not know.")
            .tags(List.of(Tag.create("name", label))));
  }
}
