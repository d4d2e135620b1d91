package dev.tollgate.domain.pricing;

import dev.tollgate.domain.money.Money;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// The most that one attempt can cost: every input token at the dearest rate that it can really
/// meet, and the output cap at the dearest output rate, for each answer asked for.
///
/// @param price the price that the attempt will be settled at
/// @param shape what the request can meet
public record Bound(Price price, Shape shape) {
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
  private static final List<Component> AUDIO =
      List.of(Component.AUDIO_INPUT, Component.AUDIO_OUTPUT, Component.IMAGE_OUTPUT);
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

  /// @param outputCap the most tokens of each answer
  public Money at(long outputCap) {
    try {
      long output = Math.multiplyExact(Math.multiplyExact(outputCap, shape.choices), outputRate());
      return lower(price.amount(Math.addExact(input(), output)));
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
    if (shape.cacheWrites) {
      rate = Math.max(rate, dearest(CACHE_WRITES));
    }
    if (shape.otherMedia) {
      rate = Math.max(rate, dearest(AUDIO.subList(0, 1)));
    }
    long tools =
        Math.multiplyExact(
            Math.multiplyExact(shape.toolCalls, dearest(TOOLS)), THOUSANDTHS_PER_CALL);
    return Math.addExact(Math.multiplyExact(shape.inputTokens, rate), tools);
  }

  private long outputRate() {
    long rate = dearest(OUTPUT);
    return shape.otherMedia ? Math.max(rate, dearest(AUDIO.subList(1, 3))) : rate;
  }

  /// The dearest rate of any of the components, over every length of prompt and every tier that the
  /// request can meet.
  private long dearest(List<Component> components) {
    long dearest = 0;
    for (long length : lengths()) {
      for (@Nullable String tier : tiers()) {
        var met = new Rate.Circumstances(length, tier, shape.region);
        for (Component component : components) {
          Rate rate = price.rate(component, met);
          dearest = rate == null ? dearest : Math.max(dearest, rate.microsPerUnit());
        }
      }
    }
    return dearest;
  }

  private long[] lengths() {
    LongStream steps = price.rates().stream().mapToLong(rate -> rate.when().minInputTokens());
    return LongStream.concat(LongStream.of(0), steps)
        .filter(length -> length <= shape.inputTokens)
        .distinct()
        .toArray();
  }

  private List<@Nullable String> tiers() {
    if (!"auto".equals(shape.serviceTier)) {
      return Arrays.asList(shape.serviceTier);
    }
    String[] named =
        price.rates().stream()
            .map(rate -> rate.when().serviceTier())
            .filter(tier -> tier != null)
            .distinct()
            .toArray(String[]::new);
    @Nullable String[] all = Arrays.copyOf(named, named.length + 1);
    return Arrays.asList(all);
  }

  private static Money lower(Money amount) {
    return amount.compareTo(HIGHEST) < 0 ? amount : HIGHEST;
  }
}
