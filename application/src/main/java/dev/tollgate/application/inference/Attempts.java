package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.pricing.PriceBook;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reserve, dispatch, and one deployment after the other while a failure leaves it certain that
/// nothing was billed. Nothing else may call a provider: whatever reaches one has a hold when a
/// budget asks for it.
final class Attempts {
  private final ModelProvider provider;
  private final Holds holds;

  Attempts(ModelProvider provider, Holds holds) {
    this.provider = provider;
    this.holds = holds;
  }

  /// How the attempts ended.
  sealed interface Outcome {
    record Replied(ProviderReply reply) implements Outcome {}

    /// No attempt was made, since none may be.
    record Refused(Refusal refusal) implements Outcome {}
  }

  Outcome run(
      Exchange exchange,
      Inbound inbound,
      KnownKey known,
      Payload payload,
      PriceBook prices,
      BudgetBook book,
      List<Target> candidates,
      Caller caller) {
    ProviderReply reply = null;
    for (Target target : candidates) {
      exchange.dispatching(target, prices);
      Holds.Grant grant = holds.take(exchange, inbound, known, payload, target, book);
      if (grant instanceof Holds.Grant.Refused refused) {
        return reply == null ? new Outcome.Refused(refused.refusal()) : new Outcome.Replied(reply);
      }
      reply = send(exchange, inbound, payload, target, grant, caller);
      boolean another =
          reply instanceof ProviderReply.Failed failed && failed.failure().kind().mayTryAnother();
      if (!another || caller.isGone()) {
        break;
      }
    }
    if (reply == null) {
      throw new IllegalStateException("there is at least one candidate");
    }
    return new Outcome.Replied(reply);
  }

  private ProviderReply send(
      Exchange exchange,
      Inbound inbound,
      Payload payload,
      Target target,
      Holds.Grant grant,
      Caller caller) {
    Endpoint endpoint = inbound.endpoint();
    Payload.@Nullable CapEdit cap = grant instanceof Holds.Grant.Held held ? held.cap() : null;
    exchange.dispatched();
    ModelProvider.Silence silence = payload.stream() ? caller::watch : _ -> {};
    ProviderReply reply =
        provider.send(
            new ModelProvider.Dispatch(
                target,
                endpoint,
                payload.render(target.deployment().model(), endpoint.asksForUsage(), cap),
                payload.stream(),
                payload.choices(),
                inbound.upstreamHeaders()),
            silence);
    if (reply instanceof ProviderReply.Failed failed && !failed.failure().kind().mayBeBilled()) {
      holds.release(exchange);
    }
    return reply;
  }
}
