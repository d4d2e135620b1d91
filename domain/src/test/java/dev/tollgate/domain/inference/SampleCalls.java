package dev.tollgate.domain.inference;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.tenancy.Retention;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Calls for tests: `aCall().by(key).costing(12).build()`, or many at random.
public final class SampleCalls {
  private static final String[] MODELS = {"gpt-x", "claude-y", "llama-z"};
  private static final String[] PROVIDERS = {"openai", "anthropic"};
  private static final String[] CODES = {"provider_timeout", "rate_limit_exceeded"};

  private SampleCalls() {}

  /// A call that went well: 100 tokens in, 20 out, 312 nano-dollars.
  public static Builder aCall() {
    return new Builder();
  }

  /// Calls by any of the keys or by none, at any time of a span, of which about one in five was
  /// refused and one in five failed at the provider.
  public static List<CallRecord> someCalls(
      int count, long seed, List<VirtualKey> keys, Instant from, Duration span) {
    Random random = new Random(seed);
    List<CallRecord> calls = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Instant time = from.plus(random.nextLong(span.toNanos() / 1_000), ChronoUnit.MICROS);
      Builder call = aCall().at(time).of(keys.getFirst().tenant());
      if (random.nextInt(10) > 0) {
        call.by(keys.get(random.nextInt(keys.size())));
      }
      String model = MODELS[random.nextInt(MODELS.length)];
      int lot = random.nextInt(5);
      if (lot == 0) {
        call.asking(model).refused(random.nextBoolean() ? 429 : 403, "insufficient_quota");
      } else {
        call.asking(model).servedBy(PROVIDERS[random.nextInt(2)], model + "-2026");
        call.using(
            Usage.builder()
                .set(Component.INPUT, random.nextInt(100_000))
                .set(Component.CACHED_INPUT, random.nextInt(3) * 1_000L)
                .set(Component.OUTPUT, random.nextInt(5_000))
                .set(Component.AUDIO_SECONDS, random.nextInt(2))
                .build());
        call.costing(random.nextLong(1_000_000_000_000L));
        if (lot == 1) {
          call.failing(502, CODES[random.nextInt(2)]);
        }
        if (random.nextBoolean()) {
          call.streaming(random.nextLong(3_000_000));
        }
      }
      calls.add(call.taking(random.nextLong(60_000_000)).keptFor(random.nextInt(4)).build());
    }
    return calls;
  }

  /// Collects what a test says about a call.
  public static final class Builder {
    private @Nullable CallId id;
    private @Nullable CallId attemptOf;
    private int attempts = 1;
    private @Nullable VirtualKey key = SampleKeys.aKey().build();
    private TenantId tenant = SampleIds.aTenant();
    private Instant startedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
    private @Nullable String model = "gpt-x";
    private CallRecord.@Nullable Served served =
        new CallRecord.Served("openai", "gpt-x-2026", "flex", null);
    private boolean stream;
    private int status = 200;
    private @Nullable String errorCode;
    private Usage usage =
        Usage.builder().set(Component.INPUT, 100).set(Component.OUTPUT, 20).build();
    private @Nullable Money cost = new Money(312);
    private @Nullable PriceId price = new PriceId(SampleIds.anId());
    private long latencyMicros = 12_345;
    private OptionalLong firstTokenMicros = OptionalLong.empty();
    private Retention retention = Retention.DAYS_30;
    private @Nullable Hold hold;
    private @Nullable Uncertainty uncertainty;
    private ClientInfo client = ClientInfo.UNKNOWN;
    private Details rare = Details.NONE;

    private Builder() {}

    public Builder by(VirtualKey caller) {
      key = caller;
      tenant = caller.tenant();
      return this;
    }

    /// A call that had an id before it ended.
    public Builder of(CallId call, int tries) {
      id = call;
      attempts = tries;
      return this;
    }

    /// An attempt at a call, which another followed.
    public Builder tried(CallId call) {
      attemptOf = call;
      return this;
    }

    /// By no key that was recognised.
    public Builder of(TenantId home) {
      key = null;
      tenant = home;
      return this;
    }

    public Builder at(Instant time) {
      startedAt = time;
      return this;
    }

    public Builder asking(@Nullable String name) {
      model = name;
      return this;
    }

    public Builder servedBy(String provider, String upstreamModel) {
      served = new CallRecord.Served(provider, upstreamModel, null, null);
      return this;
    }

    /// Turned away before any provider was asked.
    public Builder refused(int newStatus, String code) {
      served = null;
      usage = Usage.NONE;
      cost = null;
      price = null;
      return failing(newStatus, code);
    }

    /// It reached a provider, which certainly billed nothing.
    public Builder unbilled() {
      usage = Usage.NONE;
      cost = null;
      price = null;
      return failing(502, "provider_error");
    }

    public Builder failing(int newStatus, String code) {
      status = newStatus;
      errorCode = code;
      return this;
    }

    public Builder using(Usage newUsage) {
      usage = newUsage;
      return this;
    }

    public Builder costing(long nanos) {
      cost = new Money(nanos);
      return this;
    }

    public Builder taking(long micros) {
      latencyMicros = micros;
      return this;
    }

    public Builder streaming(long toFirstTokenMicros) {
      stream = true;
      firstTokenMicros = OptionalLong.of(toFirstTokenMicros);
      return this;
    }

    /// @param retentionClass 0 to 3
    public Builder keptFor(int retentionClass) {
      retention = Retention.values()[retentionClass];
      return this;
    }

    public Builder settling(Hold settled) {
      hold = settled;
      return at(settled.reservedAt());
    }

    /// Nobody knows what it used.
    public Builder estimated(Uncertainty why) {
      uncertainty = why;
      return this;
    }

    public Builder with(Details facts) {
      rare = facts;
      return this;
    }

    public Builder from(ClientInfo newClient) {
      client = newClient;
      return this;
    }

    public CallRecord build() {
      CallRecord.Course course =
          new CallRecord.Course(
              new CallRecord.Asked(Endpoint.CHAT_COMPLETIONS, model, stream),
              served,
              new CallRecord.Outcome(served == null ? 0 : attempts, status, errorCode),
              new CallRecord.Timing(startedAt, latencyMicros, firstTokenMicros, 789));
      return new CallRecord(
          id == null ? new CallId(SampleIds.anIdOf(startedAt)) : id,
          attemptOf,
          new CallRecord.Who(tenant, key, client),
          course,
          new CallRecord.Bill(usage, cost, price, uncertainty, Set.of()),
          new CallRecord.Posting(hold, startedAt, retention, 1, rare));
    }
  }
}
