package dev.tollgate.application.inference;

import dev.tollgate.application.inference.Caller.CallerGone;
import dev.tollgate.application.inference.Caller.Head;
import dev.tollgate.domain.catalog.RouteTable;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallObserver;
import dev.tollgate.domain.inference.ContentStore;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.InputCounter;
import dev.tollgate.domain.ledger.Ledger;
import dev.tollgate.domain.ledger.TokenCounter;
import dev.tollgate.domain.tenancy.StoreUnavailable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One call on `/v1`, from an authenticated caller to a settled answer. Whatever happens, the call
/// ends in exactly one record. Thread-safe; blocks, and expects a virtual thread.
public final class CompleteChat {
  private final Routes routes;
  private final BudgetBooks budgets;
  private final Attempts attempts;
  private final Books books;
  private final Estimates estimates;
  private final OpenStreams streams;
  private final TenantId homeTenant;
  private final Supplier<? extends RandomGenerator> random;

  public CompleteChat(
      Routes routes,
      ModelProvider provider,
      Ledgers ledgers,
      ContentStore contents,
      CallObserver observer,
      OpenStreams streams,
      TenantId homeTenant,
      Supplier<? extends RandomGenerator> random) {
    this.routes = routes;
    this.budgets = ledgers.budgets();
    this.attempts =
        new Attempts(
            provider,
            new Holds(
                ledgers.ledger(),
                ledgers.counter(),
                ledgers.inputs(),
                ledgers.ids(),
                ledgers.line(),
                ledgers.grace()));
    this.estimates = new Estimates(ledgers.counter());
    this.books = new Books(ledgers.journal(), contents, observer);
    this.streams = streams;
    this.homeTenant = homeTenant;
    this.random = random;
  }

  /// What keeps the books.
  ///
  /// @param line how long a call waits while only open holds are in its way
  /// @param grace added to a call's total time-out for the deadline of its hold
  public record Ledgers(
      CallJournal journal,
      Ledger ledger,
      BudgetBooks budgets,
      TokenCounter counter,
      InputCounter inputs,
      Ids ids,
      Duration line,
      Duration grace) {}

  /// Refuses a call that never got as far as a provider, and keeps a record of it.
  public void refuse(
      Inbound inbound,
      @Nullable KnownKey known,
      @Nullable Payload payload,
      Refusal refusal,
      Caller caller) {
    refuse(exchange(inbound, known, payload), refusal, caller);
  }

  /// Runs a call to its end.
  public void complete(Inbound inbound, KnownKey known, Payload payload, Caller caller) {
    Exchange exchange = exchange(inbound, known, payload);
    try {
      if (!books.open()) {
        refuse(exchange, Refusal.storeDown(), caller);
        return;
      }
      if (!known.key().policy().allowsModel(payload.model())) {
        refuse(exchange, Refusal.modelNotAllowed(payload.model()), caller);
        return;
      }
      Routes.Snapshot catalogue = routes.current(known.key().tenant());
      RouteTable.Route route = catalogue.routes().find(payload.model());
      if (route == null) {
        refuse(exchange, Refusal.modelNotFound(payload.model()), caller);
        return;
      }
      List<Target> candidates = candidates(route, inbound);
      if (candidates.isEmpty()) {
        refuse(exchange, Refusal.endpointNotServed(payload.model(), inbound.endpoint()), caller);
        return;
      }
      BudgetBook book = budgets.current(known.key().tenant());
      exchange.under(book);
      switch (attempts.run(
          exchange, inbound, known, payload, catalogue.prices(), book, candidates, caller)) {
        case Attempts.Outcome.Refused refused -> refuse(exchange, refused.refusal(), caller);
        case Attempts.Outcome.Replied replied ->
            relay(replied.reply(), exchange, known, payload, caller);
      }
    } catch (StoreUnavailable e) {
      refuse(exchange, Refusal.storeDown(), caller);
    } finally {
      settleWhatIsLeft(exchange, payload);
    }
  }

  /// Whatever went wrong in between, a hold never stays behind: the provider may have worked.
  private void settleWhatIsLeft(Exchange exchange, Payload payload) {
    if (exchange.hold() != null && !exchange.isRecorded()) {
      exchange.servedEstimate(estimates.of(exchange, payload, null, ""), null);
      exchange.refused(Refusal.internal());
      books.settle(exchange);
    }
  }

  private void relay(
      ProviderReply reply, Exchange exchange, KnownKey known, Payload payload, Caller caller) {
    switch (reply) {
      case ProviderReply.Answer answer -> deliver(answer, exchange, payload, caller);
      case ProviderReply.Streaming streaming -> stream(streaming, exchange, known, payload, caller);
      case ProviderReply.Failed failed -> fail(failed.failure(), exchange, payload, caller);
    }
  }

  private Exchange exchange(Inbound inbound, @Nullable KnownKey known, @Nullable Payload payload) {
    TenantId tenant = known == null ? homeTenant : known.key().tenant();
    return new Exchange(inbound, tenant, known, payload);
  }

  private List<Target> candidates(RouteTable.Route route, Inbound inbound) {
    List<Target> ordered = route.order(random.get());
    for (Target target : ordered) {
      if (!target.provider().kind().serves(inbound.endpoint())) {
        List<Target> serving = new ArrayList<>(ordered);
        serving.removeIf(each -> !each.provider().kind().serves(inbound.endpoint()));
        return serving;
      }
    }
    return ordered;
  }

  private void stream(
      ProviderReply.Streaming streaming,
      Exchange exchange,
      KnownKey known,
      Payload payload,
      Caller caller) {
    try (var events = streaming.events()) {
      OpenStreams.Handle handle = streams.add(known, events::close);
      try {
        new StreamRelay(exchange, payload, books, estimates, caller, handle)
            .relay(streaming, events);
      } finally {
        streams.remove(handle);
      }
    }
  }

  private void deliver(
      ProviderReply.Answer answer, Exchange exchange, Payload payload, Caller caller) {
    exchange.keep(answer.body(), 0, answer.body().length);
    if (answer.usage() == null) {
      exchange.servedEstimate(
          estimates.of(exchange, payload, null, new String(answer.body(), StandardCharsets.UTF_8)),
          answer.serviceTier());
    } else {
      exchange.served(answer.usage(), answer.serviceTier());
    }
    boolean committed = books.settle(exchange);
    try {
      caller.answer(
          head(exchange, answer.headers(), !committed), answer.contentType(), answer.body());
    } catch (CallerGone e) {
      // Settled all the same: the provider has answered and will bill for it.
    }
  }

  private void fail(Failure failure, Exchange exchange, Payload payload, Caller caller) {
    boolean billable = failure.kind().mayBeBilled();
    if (billable) {
      exchange.servedEstimate(estimates.of(exchange, payload, null, ""), null);
    }
    if (caller.isGone()) {
      exchange.callerGone();
      books.settle(exchange);
      return;
    }
    Refusal refusal = Refusal.of(failure);
    exchange.refused(refusal);
    if (billable) {
      books.settle(exchange);
    } else {
      books.note(exchange);
    }
    tell(refusal, caller);
  }

  private void refuse(Exchange exchange, Refusal refusal, Caller caller) {
    exchange.refused(refusal);
    books.note(exchange);
    tell(refusal, caller);
  }

  private static void tell(Refusal refusal, Caller caller) {
    try {
      caller.refuse(refusal);
    } catch (CallerGone e) {
      // Nobody is left to tell; the record says how the call ended.
    }
  }

  static Head head(Exchange exchange, List<ProviderReply.HeaderField> passed, boolean pending) {
    Target target = exchange.target();
    return new Head(
        target == null ? null : target.deployment().model(),
        target == null ? null : target.provider().name(),
        exchange.overheadMicros(),
        exchange.cost(),
        pending,
        exchange.remaining(),
        exchange.clampedTo(),
        passed);
  }
}
