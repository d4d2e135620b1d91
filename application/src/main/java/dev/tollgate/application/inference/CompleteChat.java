package dev.tollgate.application.inference;

import dev.tollgate.application.inference.Caller.CallerGone;
import dev.tollgate.application.inference.Caller.Head;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.RouteTable;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.catalog.Speeds;
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
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.inference.Uncertainty;
import dev.tollgate.domain.inference.Vendors;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.InputCounter;
import dev.tollgate.domain.ledger.Ledger;
import dev.tollgate.domain.ledger.TokenCounter;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.stores.StoreUnavailable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
  private final Speeds speeds;
  private final Vendors vendors;
  private final Clock clock;
  private final Attempts.Means means;
  private final Closing closing;
  private final OpenCalls open;
  private final TenantId homeTenant;
  private final Supplier<? extends RandomGenerator> random;

  /// @param contents keeps captured content
  /// @param observer told of every finished call and every paid attempt
  public CompleteChat(
      Catalogue catalogue,
      ModelProvider provider,
      Ledgers ledgers,
      ContentStore contents,
      CallObserver observer,
      OpenCalls open,
      TenantId homeTenant,
      Supplier<? extends RandomGenerator> random) {
    this.routes = catalogue.routes();
    this.speeds = catalogue.speeds();
    this.vendors = catalogue.vendors();
    this.budgets = ledgers.budgets();
    this.clock = ledgers.clock();
    Quirks quirks = new Quirks();
    Holds holds = new Holds(ledgers, quirks);
    Estimates estimates = new Estimates(ledgers.counter(), holds);
    Books books =
        new Books(ledgers.journal(), ledgers.refused(), ledgers.ids(), contents, observer);
    this.means = new Attempts.Means(provider, holds, books, estimates, quirks, open);
    this.closing = new Closing(books, estimates);
    this.open = open;
    this.homeTenant = homeTenant;
    this.random = random;
  }

  /// Where models lead, what they cost and what is known of them and of who serves them.
  public record Catalogue(Routes routes, Speeds speeds, Vendors vendors) {}

  /// What keeps the books.
  ///
  /// @param clock the ledger's time, which chooses prices
  /// @param line how long a call waits while only open holds are in its way
  /// @param grace added to a call's total time-out for the deadline of its hold
  public record Ledgers(
      CallJournal journal,
      RefusedCalls refused,
      Ledger ledger,
      BudgetBooks budgets,
      TokenCounter counter,
      InputCounter inputs,
      Ids ids,
      Clock clock,
      Duration line,
      Duration grace) {}

  /// What ends a call: its bill, and its books.
  record Closing(Books books, Estimates estimates) {}

  /// Refuses a call that never got as far as a provider, and keeps a record of it.
  public void refuse(
      Inbound inbound,
      @Nullable KnownKey known,
      @Nullable Payload payload,
      Refusal refusal,
      Caller caller) {
    Exchange exchange = exchange(inbound, known, payload);
    if (known != null) {
      under(exchange, known);
    }
    refuse(exchange, refusal, caller);
  }

  /// The budgets say what must be captured, too. A call that is refused for want of a store is kept
  /// as its key says.
  private void under(Exchange exchange, KnownKey known) {
    try {
      exchange.under(budgets.current(known.key().tenant()));
    } catch (StoreUnavailable e) {
      // The call is refused all the same.
    }
  }

  /// Runs a call to its end.
  public void complete(Inbound inbound, KnownKey known, Payload payload, Caller caller) {
    Exchange exchange = exchange(inbound, known, payload);
    try {
      if (!closing.books().open()) {
        refuse(exchange, Refusal.storeDown(), caller);
        return;
      }
      exchange.under(budgets.current(known.key().tenant()));
      Refusal refusal = admit(exchange);
      if (refusal != null) {
        refuse(exchange, refusal, caller);
        return;
      }
      Routes.Snapshot catalogue = routes.current(known.key().tenant());
      RouteTable.Route route = catalogue.routes().find(payload.model());
      if (route == null) {
        refuse(exchange, Refusal.modelNotFound(payload.model()), caller);
        return;
      }
      if (route.targets().isEmpty()) {
        refuse(exchange, Refusal.modelDrained(payload.model()), caller);
        return;
      }
      List<Target> candidates = candidates(route, inbound);
      if (candidates.isEmpty()) {
        refuse(exchange, Refusal.endpointNotServed(payload.model(), inbound.endpoint()), caller);
        return;
      }
      Waiting waiting = new Waiting(caller, open, payload.stream());
      run(
          exchange,
          new Attempts(means, exchange, candidates, target -> attempt(target, catalogue), waiting),
          caller);
    } catch (StoreUnavailable e) {
      refuse(exchange, Refusal.storeDown(), caller);
    } finally {
      open.ended(exchange);
      settleWhatIsLeft(exchange, caller);
    }
  }

  private @Nullable Refusal admit(Exchange exchange) {
    String model = exchange.payload().model();
    if (!exchange.known().key().policy().allowsModel(model)) {
      return Refusal.modelNotAllowed(model);
    }
    return closing.books().canCapture(exchange) ? null : Refusal.captureUnavailable();
  }

  private Attempt attempt(Target target, Routes.Snapshot catalogue) {
    Instant now = clock.instant();
    String priced = target.deployment().pricedAs();
    Price price =
        catalogue
            .prices()
            .find(target.provider().id().toString(), target.provider().kind().wire(), priced, now);
    ModelFacts facts = catalogue.facts().find(priced, now);
    return new Attempt(
        target,
        vendors.of(target.provider().kind()),
        price,
        facts,
        speeds.topSpeed(target, facts, now));
  }

  /// One attempt after the other. A stream that fails before anything has reached the caller is no
  /// answer yet.
  private void run(Exchange exchange, Attempts attempts, Caller caller) {
    ProviderReply.Failed before = null;
    do {
      switch (attempts.next(before)) {
        case Attempts.Outcome.Refused refused -> {
          refuse(exchange, refused.refusal(), caller);
          return;
        }
        case Attempts.Outcome.Left _ -> {
          exchange.callerGone();
          if (closing.books().note(exchange)) {
            closing.books().file(exchange);
          }
          return;
        }
        case Attempts.Outcome.Replied replied -> before = relay(replied.reply(), exchange, caller);
      }
    } while (before != null);
  }

  /// Whatever went wrong in between, the call has its record, and no hold stays behind: the
  /// provider may have worked.
  private void settleWhatIsLeft(Exchange exchange, Caller caller) {
    if (!exchange.isRecorded()) {
      if (exchange.isOut()) {
        closing.estimates().uncertain(exchange, Uncertainty.INTERNAL, ReportedUsage.NOTHING, "");
      }
      Refusal refusal = Refusal.internal();
      exchange.refused(refusal, caller.status(refusal));
      closing.books().settle(exchange);
    }
  }

  /// @return the failure of a stream of which nothing has reached the caller, or null
  private ProviderReply.@Nullable Failed relay(
      ProviderReply reply, Exchange exchange, Caller caller) {
    return switch (reply) {
      case ProviderReply.Answer answer -> {
        deliver(answer, exchange, caller);
        yield null;
      }
      case ProviderReply.Streaming streaming -> stream(streaming, exchange, caller);
      case ProviderReply.Failed failed -> {
        fail(failed, exchange, caller);
        yield null;
      }
    };
  }

  private Exchange exchange(Inbound inbound, @Nullable KnownKey known, @Nullable Payload payload) {
    TenantId tenant = known == null ? homeTenant : known.key().tenant();
    return new Exchange(inbound, tenant, known, payload);
  }

  private List<Target> candidates(RouteTable.Route route, Inbound inbound) {
    List<Target> ordered = route.order(random.get());
    for (Target target : ordered) {
      if (!serves(target, inbound)) {
        List<Target> serving = new ArrayList<>(ordered);
        serving.removeIf(each -> !serves(each, inbound));
        return serving;
      }
    }
    return ordered;
  }

  private boolean serves(Target target, Inbound inbound) {
    return vendors.of(target.provider().kind()).serves(inbound.endpoint());
  }

  private ProviderReply.@Nullable Failed stream(
      ProviderReply.Streaming streaming, Exchange exchange, Caller caller) {
    Target target = exchange.attempt().target();
    try (var events = streaming.events()) {
      OpenCalls.Handle handle = open.add(exchange.known(), events::close);
      try {
        return new StreamRelay(
                exchange,
                closing,
                caller,
                handle,
                speed -> speeds.seen(target, speed, clock.instant()))
            .relay(streaming, events);
      } finally {
        open.remove(handle);
      }
    }
  }

  private void deliver(ProviderReply.Answer answer, Exchange exchange, Caller caller) {
    closing.estimates().complete(exchange, answer.reported(), answer.text());
    boolean gone = caller.isGone();
    if (gone) {
      exchange.callerGone();
    } else if (!closing.books().capture(exchange, answer.body())) {
      refuseSettled(exchange, Refusal.captureUnavailable(), caller);
      return;
    }
    boolean committed = closing.books().settle(exchange);
    exchange.keep(answer.body(), 0, answer.body().length);
    closing.books().file(exchange);
    try {
      if (!gone) {
        caller.answer(
            head(exchange, answer.headers(), !committed, exchange.toldCost()),
            answer.contentType(),
            answer.body());
      }
    } catch (CallerGone e) {
      // Settled all the same: the provider has answered and will bill for it.
    }
  }

  private void fail(ProviderReply.Failed failed, Exchange exchange, Caller caller) {
    Failure failure = failed.failure();
    boolean gone = caller.isGone();
    if (failed.reported().hasOutput()) {
      closing.estimates().complete(exchange, failed.reported(), "");
    } else if (failure.billed()) {
      Uncertainty why = gone ? Uncertainty.CLIENT_CLOSED : failure.uncertainty();
      closing.estimates().uncertain(exchange, why, failed.reported(), "");
    }
    if (gone) {
      exchange.callerGone();
      closing.books().settle(exchange);
      closing.books().file(exchange);
    } else if (failure.billed()) {
      refuseSettled(exchange, Refusal.of(failure), caller);
    } else {
      refuse(exchange, Refusal.of(failure), caller);
    }
  }

  /// Tells a caller of a failure that is charged.
  private void refuseSettled(Exchange exchange, Refusal refusal, Caller caller) {
    exchange.refused(refusal, caller.status(refusal));
    closing.books().settle(exchange);
    tell(exchange, refusal, caller, true);
  }

  private void refuse(Exchange exchange, Refusal refusal, Caller caller) {
    exchange.refused(refusal, caller.status(refusal));
    boolean row = closing.books().note(exchange);
    tell(exchange, refusal, caller, row);
  }

  /// @param row whether the call has a row, under which its content is kept
  private void tell(Exchange exchange, Refusal refusal, Caller caller, boolean row) {
    byte[] body = caller.errorBody(refusal);
    if (row) {
      exchange.forgetAnswer();
      exchange.keep(body, 0, body.length);
      closing.books().file(exchange);
    }
    try {
      caller.refuse(refusal, body, exchange.toldCost());
    } catch (CallerGone e) {
      // Nobody is left to tell; the record says how the call ended.
    }
  }

  /// @param cost what the whole call costs, or null when that is not known yet
  static Head head(
      Exchange exchange,
      List<ProviderReply.HeaderField> passed,
      boolean pending,
      @Nullable Money cost) {
    Target target = exchange.target();
    return new Head(
        target == null ? null : target.deployment().model(),
        target == null ? null : target.provider().name(),
        exchange.overheadMicros(),
        cost,
        pending,
        exchange.remaining(),
        exchange.clampedTo(),
        passed);
  }
}
