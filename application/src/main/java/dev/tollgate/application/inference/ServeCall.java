package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.RouteTable;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.catalog.Speeds;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallObserver;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.ContentStore;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.inference.Vendors;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.InputCounter;
import dev.tollgate.domain.ledger.Ledger;
import dev.tollgate.domain.ledger.TokenCounter;
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

/// Serves one call on `/v1`, from an authenticated caller to a settled answer. Whatever happens,
/// the call ends in exactly one record. Thread-safe; blocks, and expects a virtual thread.
public final class ServeCall {
  private final Catalogue catalogue;
  private final BudgetBooks budgets;
  private final Clock clock;
  private final Attempts.Means means;
  private final Delivery delivery;
  private final OpenCalls open;
  private final TenantId homeTenant;

  public ServeCall(Catalogue catalogue, ModelProvider provider, Ledgers ledgers, Node node) {
    this.catalogue = catalogue;
    this.budgets = ledgers.budgets();
    this.clock = ledgers.time().clock();
    Quirks quirks = new Quirks();
    Holds holds = new Holds(ledgers, quirks);
    Estimates estimates = new Estimates(ledgers.counting().tokens(), holds);
    Books books = new Books(ledgers, node);
    this.delivery = new Delivery(books, estimates);
    this.means = new Attempts.Means(provider, holds, books, estimates, quirks, node.open());
    this.open = node.open();
    this.homeTenant = node.homeTenant();
  }

  /// Where models lead, what they cost and what is known of them and of who serves them.
  ///
  /// @param random draws lots among deployments
  public record Catalogue(
      Routes routes, Speeds speeds, Vendors vendors, Supplier<? extends RandomGenerator> random) {}

  /// What keeps the books.
  public record Ledgers(
      CallJournal journal,
      RefusedCalls refused,
      Ledger ledger,
      BudgetBooks budgets,
      Counting counting,
      Time time,
      Ids ids) {}

  /// @param inputs the provider's own count, asked when the bound of the other does not fit
  public record Counting(TokenCounter tokens, InputCounter inputs) {}

  /// @param clock the ledger's time, which chooses prices
  /// @param line how long a call waits while only open holds are in its way
  /// @param grace added to a call's total time-out for the deadline of its hold
  public record Time(Clock clock, Duration line, Duration grace) {}

  /// What a node has for all its calls.
  ///
  /// @param contents keeps captured content
  /// @param observer told of every finished call and every paid attempt
  /// @param homeTenant whose calls those of strangers are
  public record Node(
      ContentStore contents, CallObserver observer, OpenCalls open, TenantId homeTenant) {}

  /// Refuses a call that never got as far as a provider, and keeps a record of it.
  public void refuse(Call call, Refusal refusal, Caller caller) {
    delivery.refuse(new OpenCall(call, tenant(call), capture(call)), refusal, caller);
  }

  private TenantId tenant(Call call) {
    KnownKey holder = call.holder();
    return holder == null ? homeTenant : holder.key().tenant();
  }

  /// The budgets say what must be captured, too. A call that is refused for want of a store is kept
  /// as its key says.
  private Capture capture(Call call) {
    KnownKey holder = call.holder();
    if (holder == null) {
      return call.capture();
    }
    try {
      return AdmittedCall.capture(call, budgets.current(holder.key().tenant()));
    } catch (StoreUnavailable e) {
      return call.capture();
    }
  }

  /// Serves a call to its end.
  public void serve(Call.Asked asked, Caller caller) {
    OpenCall call = null;
    try {
      if (delivery.books().open()) {
        AdmittedCall admitted = new AdmittedCall(asked, budgets.current(tenant(asked)));
        call = admitted;
        serve(admitted, caller);
      } else {
        call = unjudged(asked);
        delivery.refuse(call, Refusal.storeDown(), caller);
      }
    } catch (StoreUnavailable e) {
      call = call == null ? unjudged(asked) : call;
      delivery.refuse(call, Refusal.storeDown(), caller);
    } finally {
      if (call instanceof AdmittedCall admitted) {
        open.ended(admitted);
      }
      delivery.settleWhatIsLeft(call == null ? unjudged(asked) : call, caller);
    }
  }

  private OpenCall unjudged(Call call) {
    return new OpenCall(call, tenant(call), call.capture());
  }

  private void serve(AdmittedCall call, Caller caller) {
    Refusal refusal = admit(call);
    if (refusal != null) {
      delivery.refuse(call, refusal, caller);
      return;
    }
    Routes.Snapshot snapshot = catalogue.routes().current(call.key().tenant());
    String model = call.payload().model();
    RouteTable.Route route = snapshot.routes().find(model);
    List<Target> candidates = route == null ? List.of() : candidates(route, call);
    if (candidates.isEmpty()) {
      delivery.refuse(call, leadsNowhere(route, call), caller);
      return;
    }
    Waiting waiting = new Waiting(caller, open, call.payload().stream());
    Attempts.Way way = new Attempts.Way(candidates, target -> plan(target, snapshot));
    run(call, new Attempts(means, call, way, waiting), caller);
  }

  private @Nullable Refusal admit(AdmittedCall call) {
    String model = call.payload().model();
    if (!call.key().policy().allowsModel(model)) {
      return Refusal.modelNotAllowed(model);
    }
    return delivery.books().canCapture(call) ? null : Refusal.captureUnavailable();
  }

  private static Refusal leadsNowhere(RouteTable.@Nullable Route route, AdmittedCall call) {
    String model = call.payload().model();
    if (route == null) {
      return Refusal.modelNotFound(model);
    }
    return route.targets().isEmpty()
        ? Refusal.modelDrained(model)
        : Refusal.endpointNotServed(model, call.call().endpoint());
  }

  /// The deployments that serve the call, in the order to try them.
  private List<Target> candidates(RouteTable.Route route, AdmittedCall call) {
    List<Target> ordered = route.order(catalogue.random().get());
    for (Target target : ordered) {
      if (!serves(target, call)) {
        List<Target> serving = new ArrayList<>(ordered);
        serving.removeIf(each -> !serves(each, call));
        return serving;
      }
    }
    return ordered;
  }

  private boolean serves(Target target, AdmittedCall call) {
    return catalogue.vendors().of(target.provider().kind()).serves(call.call().endpoint());
  }

  private Attempt.Plan plan(Target target, Routes.Snapshot snapshot) {
    Instant now = clock.instant();
    String priced = target.deployment().pricedAs();
    Price price = snapshot.prices().find(target.provider(), priced, now);
    ModelFacts facts = snapshot.facts().find(priced, now);
    return new Attempt.Plan(
        target,
        catalogue.vendors().of(target.provider().kind()),
        price,
        facts,
        catalogue.speeds().topSpeed(target, facts, now));
  }

  /// One attempt after the other. A stream that fails before anything has reached the caller is no
  /// answer yet.
  private void run(AdmittedCall call, Attempts attempts, Caller caller) {
    ProviderReply.Failed before = null;
    do {
      switch (attempts.next(before)) {
        case Attempts.Outcome.Refused refused -> {
          delivery.refuse(call, refused.refusal(), caller);
          return;
        }
        case Attempts.Outcome.Left _ -> {
          delivery.left(call);
          return;
        }
        case Attempts.Outcome.Replied replied -> before = answer(replied.reply(), call, caller);
      }
    } while (before != null);
  }

  /// @return the failure of a stream of which nothing has reached the caller, or null
  private ProviderReply.@Nullable Failed answer(
      ProviderReply reply, AdmittedCall call, Caller caller) {
    return switch (reply) {
      case ProviderReply.Answer answer -> {
        delivery.deliver(answer, call, caller);
        yield null;
      }
      case ProviderReply.Streaming streaming -> stream(streaming, call, caller);
      case ProviderReply.Failed failed -> {
        delivery.fail(failed, call, caller);
        yield null;
      }
    };
  }

  private ProviderReply.@Nullable Failed stream(
      ProviderReply.Streaming streaming, AdmittedCall call, Caller caller) {
    Target target = call.attempt().target();
    try (var events = streaming.events()) {
      OpenCalls.Handle handle = open.add(call.call().holder(), events::close);
      try {
        return new StreamedAnswer(call, delivery, caller, streaming)
            .run(handle, speed -> catalogue.speeds().seen(target, speed, clock.instant()));
      } finally {
        open.remove(handle);
      }
    }
  }
}
