package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.ledger.TokenCounter;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;
import org.jspecify.annotations.Nullable;

/// Usage that no provider reported.
final class Estimates {
  private final TokenCounter counter;

  Estimates(TokenCounter counter) {
    this.counter = counter;
  }

  /// What was reported of the prompt, else its bound, and the tokens of the text that was emitted.
  Usage of(Exchange exchange, Payload payload, @Nullable Usage reported, String emitted) {
    Target target = exchange.target();
    String model = target == null ? payload.model() : target.deployment().pricedAs();
    long output = emitted.isEmpty() ? 0 : counter.count(model, emitted);
    if (reported != null) {
      return reported.withOutputAtLeast(output);
    }
    return Usage.builder()
        .set(Component.INPUT, counter.bound(model, payload.body()))
        .set(Component.OUTPUT, output)
        .build();
  }
}
