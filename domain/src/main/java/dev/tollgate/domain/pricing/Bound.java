package dev.tollgate.domain.pricing;

import dev.tollgate.domain.money.Money;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The most that one attempt can cost: every input token at the dearest rate that it can really
/// meet, and the output cap at the dearest output rate, for each answer asked for. Immutable.
public final class Bound {
  /// A billion dollars: no bound, and no limit, is higher.
  public static final Money HIGHEST = new Money(1_000_000_000_000_000_000L);

  private static final long THOUSANDTHS_PER_CALL = 1_000_000L;
  private static final List<Component> INPUT =
      List.of(Component.INPUT, Component.CACHED_INPUT, Component.IMAGE_INPUT);
  private static final List<Component> CACHE_WRITES =
      List.of(
          Component.CACHE_WRITE,
          Component.CACHE_WRITE_5M,
          Component.CACHE_WRITE_30M,
          Component.CACHE_WRITE_1H,
          Component.CACHE_WRITE_12H);
  private static final List<Component> OUTPUT = List.of(Component.OUTPUT, Component.REASONING);
  private static final List<Component> AUDIO_IN = List.of(Component.AUDIO_INPUT);
  private static final List<Component> MEDIA_OUT =
      List.of(Component.AUDIO_OUTPUT, Component.IMAGE_OUTPUT);
  private static final List<Component> TOOLS = List.of(Component.WEB_SEARCH, Component.FILE_SEARCH);

  /// What a request can meet.
  ///
  /// @param inputTokens never fewer than the provider will count
  /// @param choices answers asked for
  /// @param cacheWrites whether input may be billed as written to a cache
  /// @param otherMedia whether audio may come in, or audio and images come out
  /// @param toolCalls the most calls of the provider's own tools
  /// @param serviceTier the tier named, null for the usual one, `auto` for whichever
  public record Shape(
      long inputTokens,
      long choices,
      boolean cacheWrites,
      boolean otherMedia,
      long toolCalls,
      @Nullable String serviceTier,
      @Nullable String region) {
    /// The same request with its input counted.
    public Shape withInput(long tokens) {
      return new Shape(tokens, choices, cacheWrites, otherMedia, toolCalls, serviceTier, region);
    }
  }

  private final Price price;
  private final Shape shape;

  /// Thousandths of a nano-dollar for the whole input, or -1 when that is beyond every budget.
  private final long input;

  /// Thousandths of a nano-dollar for one output token.
  private final long outputRate;

  /// @param price the price that the attempt will be settled at
  /// @param shape what the request can meet
  public Bound(Price price, Shape shape) {
    this.price = price;
    this.shape = shape;
    this.outputRate = outputRate();
    this.input = input();
  }

  public Shape shape() {
    return shape;
  }

  /// @param outputCap the most tokens of each answer
  public Money at(long outputCap) {
    if (input < 0) {
      return HIGHEST;
    }
    try {
      long output = Math.multiplyExact(Math.multiplyExact(outputCap, shape.choices()), outputRate);
      return lower(price.amount(Math.addExact(input, output)));
    } catch (ArithmeticException e) {
      return HIGHEST;
    }
  }

  /// The highest output cap whose bound is within an amount; negative when not even the input is.
  public long capWithin(Money amount) {
    long low = -1;
    long high = 1L << 40;
    while (low + 1 < high) {
      long middle = low + (high - low) / 2;
      if (at(middle).compareTo(amount) <= 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private long input() {
    long rate = dearest(INPUT);
    if (shape.cacheWrites()) {
      rate = Math.max(rate, dearest(CACHE_WRITES));
    }
    if (shape.otherMedia()) {
      rate = Math.max(rate, dearest(AUDIO_IN));
    }
    try {
      long tools =
          shape.toolCalls() == 0
              ? 0
              : Math.multiplyExact(
                  Math.multiplyExact(shape.toolCalls(), dearest(TOOLS)), THOUSANDTHS_PER_CALL);
      return Math.addExact(Math.multiplyExact(shape.inputTokens(), rate), tools);
    } catch (ArithmeticException e) {
      return -1;
    }
  }

  private long outputRate() {
    long rate = dearest(OUTPUT);
    return shape.otherMedia() ? Math.max(rate, dearest(MEDIA_OUT)) : rate;
  }

  /// The dearest rate of any of the components, over every length of prompt and every tier that the
  /// request can meet.
  private long dearest(List<Component> components) {
    long dearest = dearest(components, 0);
    for (int i = 0; i < price.rates().size(); i++) {
      long length = price.rates().get(i).when().minInputTokens();
      if (length > 0 && length <= shape.inputTokens()) {
        dearest = Math.max(dearest, dearest(components, length));
      }
    }
    return dearest;
  }

  private long dearest(List<Component> components, long length) {
    if (!"auto".equals(shape.serviceTier())) {
      return dearest(components, length, shape.serviceTier());
    }
    long dearest = dearest(components, length, null);
    for (Rate rate : price.rates()) {
      if (rate.when().serviceTier() != null) {
        dearest = Math.max(dearest, dearest(components, length, rate.when().serviceTier()));
      }
    }
    return dearest;
  }

  private long dearest(List<Component> components, long length, @Nullable String tier) {
    var met = new Rate.Circumstances(length, tier, shape.region());
    long dearest = 0;
    for (int i = 0; i < components.size(); i++) {
      Rate rate = price.rate(components.get(i), met);
      dearest = rate == null ? dearest : Math.max(dearest, rate.microsPerUnit());
    }
    return dearest;
  }

  private static Money lower(Money amount) {
    return amount.compareTo(HIGHEST) < 0 ? amount : HIGHEST;
  }
}
