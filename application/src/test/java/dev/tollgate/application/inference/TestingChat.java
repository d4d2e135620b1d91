package dev.tollgate.application.inference;

import dev.tollgate.domain.catalog.FactsBook;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.RouteTable;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.catalog.SampleCatalog;
import dev.tollgate.domain.catalog.Speeds;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.ContentStore;
import dev.tollgate.domain.inference.Demands;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.inference.Vendors;
import dev.tollgate.domain.keys.KeyDirectory;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.SecretId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Balance;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.Ledger;
import dev.tollgate.domain.ledger.Reservation;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.ledger.TokenCounter;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.PriceBook;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.SampleProjects;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Calls under a budget through the real use case, with ports that do as they are told.
public final class TestingChat {
  private static final byte[] BODY =
      "{\"model\":\"gpt-x\",\"max_tokens\":100,\"messages\":[]}".getBytes(StandardCharsets.UTF_8);

  private static final Balance USED_UP =
      new Balance(
          new BudgetId(SampleIds.anId()),
          Instant.EPOCH,
          null,
          true,
          Money.ZERO,
          Money.ZERO,
          Money.ZERO,
          1);

  private final Project project = SampleProjects.aProject();
  private final VirtualKey key = SampleKeys.aKey().of(project).build();
  private final KnownKey known = new KnownKey(SampleKeys.aSecretOf(key), key, project);
  private List<Budget> budgets =
      List.of(SampleBudgets.ofKey(key, "100"), SampleBudgets.ofTenant(key, "100"));
  private int answered;
  private int refusals;
  private @Nullable Reservation reserved;
  private @Nullable CallRecord noted;

  private final List<CallRecord> committed = new ArrayList<>();

  /// A provider that answers everything with the same.
  static ModelProvider answering() {
    Usage usage = Usage.builder().set(Component.INPUT, 9).set(Component.OUTPUT, 7).build();
    ReportedUsage reported = new ReportedUsage(usage, true, null, null, Set.of());
    byte[] answer = new byte[1_000];
    return (_, _) -> new ProviderReply.Answer(answer, "application/json", List.of(), reported, "");
  }

  /// No budget counts its calls.
  TestingChat withoutBudgets() {
    budgets = List.of();
    return this;
  }

  int answered() {
    return answered;
  }

  public VirtualKey key() {
    return key;
  }

  /// The hold that was taken last, or null when none was taken since [#forget].
  public @Nullable Reservation reserved() {
    return reserved;
  }

  /// The last call that was committed.
  public CallRecord committed() {
    return committed.getLast();
  }

  /// The last call that cost nothing.
  CallRecord noted() {
    return Objects.requireNonNull(noted, "none was noted");
  }

  /// Forgets what was committed and reserved.
  ///
  /// @param refusing how many holds are refused from now on, before one is granted
  public void forget(int refusing) {
    committed.clear();
    reserved = null;
    refusals = refusing;
  }

  void call(ServeCall serveCall) {
    Payload payload =
        new Payload(
            BODY,
            new Payload.Asked("gpt-x", false, false, 1, null),
            Payload.Labels.NONE,
            new Demands(
                new Demands.Caps(OptionalLong.of(100), List.of("max_tokens")),
                1,
                1,
                0,
                Demands.Parts.NONE,
                Set.of(),
                null,
                List.of()),
            (body, _) -> body);
    call(serveCall, Endpoint.CHAT_COMPLETIONS, payload);
  }

  public void call(ServeCall serveCall, Endpoint endpoint, Payload payload) {
    Inbound inbound =
        new Inbound(
            new CallId(SampleIds.anId()),
            endpoint,
            new Inbound.Start(Instant.EPOCH, System.nanoTime()),
            ClientInfo.UNKNOWN,
            new Inbound.Wishes(List.of(), false));
    serveCall.serve(new Call.Arrived(inbound).by(known).asking(payload), new Listening());
  }

  ServeCall serveCall(ModelProvider provider) {
    return serveCall(
        provider,
        new Offer(
            new TestingVendors(),
            SampleCatalog.aProvider(key.tenant(), "mock"),
            SampleCatalog.aPrice("openai", "*", Instant.EPOCH, 1),
            List.of()));
  }

  /// What may be called.
  ///
  /// @param account whose only model is `gpt-x`
  public record Offer(Vendors vendors, Provider account, Price price, List<ModelFacts> facts) {}

  public ServeCall serveCall(ModelProvider provider, Offer offer) {
    Provider account = offer.account();
    var model = SampleCatalog.aModel(key.tenant(), "gpt-x", SampleCatalog.aDeployment(account));
    Routes.Snapshot snapshot =
        new Routes.Snapshot(
            new RouteTable(List.of(model), Map.of(account.id(), account)),
            new PriceBook(List.of(List.of(offer.price()))),
            new FactsBook(List.of(offer.facts())));
    BudgetBook book = new BudgetBook(key.tenant(), 1, BudgetBook.Settings.USUAL, budgets, Map.of());
    return new ServeCall(
        new ServeCall.Catalogue(
            new StillRoutes(snapshot), new SeededSpeeds(), offer.vendors(), () -> new Random(1)),
        provider,
        new ServeCall.Ledgers(
            new WillingJournal(),
            new RefusedCalls(new WillingJournal(), System::nanoTime),
            new WillingLedger(),
            new StillBooks(book),
            new ServeCall.Counting(new BytesCounter(), (_, _, _) -> OptionalLong.empty()),
            new ServeCall.Time(Clock.systemUTC(), Duration.ZERO, Duration.ZERO),
            SampleIds::anId),
        new ServeCall.Node(
            new NoContents(), _ -> {}, new OpenCalls(new NoDirectory()), key.tenant()));
  }

  private record StillRoutes(Routes.Snapshot snapshot) implements Routes {
    @Override
    public Routes.Snapshot current(TenantId tenant) {
      return snapshot;
    }

    @Override
    public void refresh(TenantId tenant) {}
  }

  private record StillBooks(BudgetBook book) implements BudgetBooks {
    @Override
    public BudgetBook current(TenantId tenant) {
      return book;
    }

    @Override
    public void refresh(TenantId tenant) {}
  }

  private final class WillingJournal implements CallJournal {
    @Override
    public boolean isCalm() {
      return true;
    }

    @Override
    public boolean accepting() {
      return true;
    }

    @Override
    public boolean commit(CallRecord call, Duration patience) {
      committed.add(call);
      return true;
    }

    @Override
    public void offer(CallRecord call) {
      noted = call;
    }
  }

  private final class WillingLedger implements Ledger {
    @Override
    public Admission reserve(Reservation reservation) {
      reserved = reservation;
      if (refusals-- > 0) {
        return new Admission.Exhausted(USED_UP);
      }
      return new Admission.Admitted(
          new Hold(reservation.id(), reservation.want(), Instant.EPOCH), List.of());
    }

    @Override
    public void release(HoldId hold) {}
  }

  private static final class SeededSpeeds implements Speeds {
    @Override
    public long topSpeed(RouteTable.Target target, ModelFacts facts, Instant now) {
      return facts.topSpeed();
    }

    @Override
    public void seen(RouteTable.Target target, long tokensPerSecond, Instant now) {}
  }

  private static final class NoContents implements ContentStore {
    @Override
    public void put(CapturedContent content) {}

    @Override
    public boolean isWorking() {
      return true;
    }

    @Override
    public boolean commit(CapturedContent content, Duration patience) {
      return true;
    }
  }

  private static final class NoDirectory implements KeyDirectory {
    @Override
    public @Nullable KnownKey cached(SecretId id) {
      return null;
    }

    @Override
    public @Nullable KnownKey find(SecretId id) {
      throw new IllegalStateException("nothing is streamed");
    }

    @Override
    public boolean hasImported() {
      return false;
    }

    @Override
    public void touch(VirtualKey used) {}
  }

  private static final class BytesCounter implements TokenCounter {
    @Override
    public long count(String model, String text) {
      return text.length();
    }

    @Override
    public long bound(String model, String text) {
      return text.length();
    }
  }

  private final class Listening implements Caller {
    @Override
    public void answer(Head head, String contentType, byte[] body) {
      answered++;
    }

    @Override
    public int status(Refusal refusal) {
      return 503;
    }

    @Override
    public byte[] errorBody(Refusal refusal) {
      return new byte[0];
    }

    @Override
    public void refuse(Refusal refusal, byte[] body, @Nullable Money cost) {
      throw new IllegalStateException(refusal.toString());
    }

    @Override
    public void begin(Head head) {}

    @Override
    public void write(byte[] bytes, int offset, int length) {}

    @Override
    public void keepAlive() {}

    @Override
    public byte[] errorEvent(Refusal refusal, EventStream.@Nullable Origin origin) {
      return new byte[0];
    }

    @Override
    public void end() {}

    @Override
    public void watch(Runnable whenGone) {}

    @Override
    public boolean isGone() {
      return false;
    }
  }
}
