package dev.tollgate.domain.pricing;

import dev.tollgate.domain.money.Money;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The most that one attempt can cost: the cost of the worst usage that its request allows, by the
/// rates, units and conditions that [Price#cost] goes by. Immutable.
///
/// Within what a request allows: the input may be of any input component that it can meet, the
/// output of any output component, up to the cap for each answer; the provider's own tools may be
/// called so often; audio has no more seconds than tokens.
public final class Bound {
  /// A billion dollars: no cost, no bound and no limit is higher.
  public static final Money HIGHEST = new Money(1_000_000_000_000_000_000L);

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
  private static final List<Component> SECONDS = List.of(Component.AUDIO_SECONDS);

  /// What a request can meet.
  ///
  /// @param inputTokens never fewer than the provider will count
  /// @param choices answers asked for
  /// @param cacheWrites whether input may be billed as written to a cache
  /// @param otherMedia whether audio may come in, or audio and images come out
  /// @param toolCalls the most calls of the provider's own tools
  /// @param serviceTier the tier that will serve it, null for the usual one, [#ANY] for whichever
  /// @param region where it will be served, null for the usual price, [#ANY] for whichever
  public record Shape(
      long inputTokens,
      long choices,
      boolean cacheWrites,
      boolean otherMedia,
      long toolCalls,
      @Nullable String serviceTier,
      @Nullable String region) {
    /// A tier or region of which nothing is known: the dearest is taken.
    public static final String ANY = "*";

    /// The same request with its input counted.
    public Shape withInput(long tokens) {
      return new Shape(tokens, choices, cacheWrites, otherMedia, toolCalls, serviceTier, region);
    }
  }

  private final Price price;
  private final Shape shape;
  private final List<Rate.Circumstances> circumstances;

  /// Thousandths of a nano-dollar for the whole input and the tools.
  private final long input;

  /// Thousandths of a nano-dollar for one output token.
  private final long outputRate;

  /// @param price the price that the attempt will be settled at
  /// @param shape what the request can meet
  public Bound(Price price, Shape shape) {
    this.price = price;
    this.shape = shape;
    this.circumstances = circumstances(price, shape);
    long seconds = dearest(SECONDS);
    this.outputRate = Price.plus(outputRate(), seconds);
    this.input = Price.plus(input(), Price.times(shape.inputTokens(), seconds));
  }

  public Shape shape() {
    return shape;
  }

  /// @param outputCap the most tokens of each answer
  public Money at(long outputCap) {
    long output = Price.times(Price.times(outputCap, shape.choices()), outputRate);
    return price.amount(Price.plus(input, output));
  }

  /// The highest output cap whose bound is within an amount; negative when not even the input is.
  public long capWithin(Money amount) {
    long low = -1;
    long high = Usage.MOST;
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
    long tools = shape.toolCalls() == 0 ? 0 : Price.times(shape.toolCalls(), dearest(TOOLS));
    return Price.plus(Price.times(shape.inputTokens(), rate), tools);
  }

  private long outputRate() {
    long rate = dearest(OUTPUT);
    return shape.otherMedia() ? Math.max(rate, dearest(MEDIA_OUT)) : rate;
  }

  /// The dearest rate of any of the components in anything that the request can meet.
  private long dearest(List<Component> components) {
    long dearest = 0;
    for (int i = 0; i < circumstances.size(); i++) {
      for (int j = 0; j < components.size(); j++) {
        Rate rate = price.rate(components.get(j), circumstances.get(i));
        dearest = rate == null ? dearest : Math.max(dearest, rate.perCount());
      }
    }
    return dearest;
  }

  /// Every length of prompt, tier and region that the request can meet and the price tells apart.
  private static List<Rate.Circumstances> circumstances(Price price, Shape shape) {
    if (!isOpen(price, shape)) {
      return List.of(new Rate.Circumstances(0, shape.serviceTier(), shape.region()));
    }
    Set<Long> lengths = new LinkedHashSet<>(List.of(0L));
    Set<@Nullable String> tiers = new LinkedHashSet<>();
    Set<@Nullable String> regions = new LinkedHashSet<>();
    tiers.add(Shape.ANY.equals(shape.serviceTier()) ? null : shape.serviceTier());
    regions.add(Shape.ANY.equals(shape.region()) ? null : shape.region());
    for (int i = 0; i < price.rates().size(); i++) {
      Rate.Conditions when = price.rates().get(i).when();
      if (when.minInputTokens() <= shape.inputTokens()) {
        lengths.add(when.minInputTokens());
      }
      if (Shape.ANY.equals(shape.serviceTier())) {
        tiers.add(when.serviceTier());
      }
      if (Shape.ANY.equals(shape.region())) {
        regions.add(when.region());
      }
    }
    List<Rate.Circumstances> met = new ArrayList<>(lengths.size());
    for (long length : lengths) {
      for (String tier : tiers) {
        for (String region : regions) {
          met.add(new Rate.Circumstances(length, tier, region));
        }
      }
    }
    return met;
  }

  /// Whether the request can meet more than one.
  private static boolean isOpen(Price price, Shape shape) {
    if (Shape.ANY.equals(shape.serviceTier()) || Shape.ANY.equals(shape.region())) {
      return true;
    }
    for (int i = 0; i < price.rates().size(); i++) {
      long from = price.rates().get(i).when().minInputTokens();
      if (from > 0 && from <= shape.inputTokens()) {
        return true;
      }
    }
    return false;
  }
}
