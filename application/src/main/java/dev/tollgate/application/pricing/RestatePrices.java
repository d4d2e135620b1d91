package dev.tollgate.application.pricing;

import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Deployment;
import dev.tollgate.domain.catalog.Model;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ledger.Corrections;
import dev.tollgate.domain.ledger.Corrections.Settled;
import dev.tollgate.domain.ledger.Corrections.Target;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.PriceBook;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.pricing.Rate;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Corrects what calls cost when the price they were settled at was wrong: each is priced again by
/// the prices as they are now, and the difference becomes an entry of its own. A repeat changes
/// nothing more.
public final class RestatePrices {
  private static final int PAGE = 500;

  private final Catalog catalog;
  private final Prices prices;
  private final Corrections corrections;

  public RestatePrices(Catalog catalog, Prices prices, Corrections corrections) {
    this.catalog = catalog;
    this.prices = prices;
    this.corrections = corrections;
  }

  /// What to price again.
  ///
  /// @param provider its name
  /// @param model the provider's name for the model
  /// @param dryRun whether only the differences are wanted
  public record Command(
      TenantId tenant,
      String provider,
      String model,
      Instant from,
      Instant to,
      String reason,
      boolean dryRun) {}

  /// What a project spent in a month (UTC), before and after.
  public record Difference(
      ProjectId project, YearMonth month, long calls, Money before, Money after) {}

  /// @return differences by project and month, or empty when there is no such provider
  public Optional<List<Difference>> restate(Command command) {
    Provider provider =
        catalog.providers(command.tenant()).stream()
            .filter(each -> each.name().equals(command.provider()))
            .findFirst()
            .orElse(null);
    if (provider == null) {
      return Optional.empty();
    }
    String pricedAs = pricedAs(command, provider);
    PriceBook book = new PriceBook(prices.all(command.tenant()));
    Map<String, Difference> differences = new TreeMap<>();
    HoldId last = null;
    while (true) {
      List<Settled> page =
          corrections.settled(
              command.tenant(),
              command.provider(),
              command.model(),
              command.from(),
              command.to(),
              last,
              PAGE);
      List<Target> targets = targets(page, provider, pricedAs, book, differences);
      if (!command.dryRun() && !targets.isEmpty()) {
        corrections.adjust(command.tenant(), targets, command.reason());
      }
      if (page.size() < PAGE) {
        return Optional.of(List.copyOf(differences.values()));
      }
      last = page.getLast().hold();
    }
  }

  private static List<Target> targets(
      List<Settled> page,
      Provider provider,
      String pricedAs,
      PriceBook book,
      Map<String, Difference> differences) {
    List<Target> targets = new ArrayList<>();
    for (Settled each : page) {
      Price price =
          book.find(provider.id().toString(), provider.kind().wire(), pricedAs, each.at());
      if (price == null) {
        continue;
      }
      Money amount =
          price.cost(
              each.usage(),
              Rate.named(each.serviceTier()),
              each.region() == null ? provider.options().region() : each.region());
      if (!amount.equals(each.amount())) {
        targets.add(new Target(each.hold(), amount, price.id()));
        YearMonth month = YearMonth.from(each.at().atOffset(ZoneOffset.UTC));
        Difference one = new Difference(each.project(), month, 1, each.amount(), amount);
        differences.merge(each.project() + " " + month, one, RestatePrices::sum);
      }
    }
    return targets;
  }

  private static Difference sum(Difference a, Difference b) {
    return new Difference(
        a.project(),
        a.month(),
        a.calls() + b.calls(),
        a.before().plus(b.before()),
        a.after().plus(b.after()));
  }

  /// The name under which the provider's model is priced. Deployments that differ in it cannot be
  /// told apart afterwards.
  private String pricedAs(Command command, Provider provider) {
    Set<String> names = new HashSet<>();
    for (Model model : catalog.models(command.tenant())) {
      for (Deployment deployment : model.deployments()) {
        if (deployment.provider().equals(provider.id())
            && deployment.model().equals(command.model())) {
          names.add(deployment.pricedAs());
        }
      }
    }
    if (names.size() > 1) {
      throw new IllegalArgumentException(
          "model is priced under several names: " + String.join(", ", names));
    }
    return names.isEmpty() ? command.model() : names.iterator().next();
  }
}
