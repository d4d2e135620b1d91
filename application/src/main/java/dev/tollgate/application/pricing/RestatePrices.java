package dev.tollgate.application.pricing;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Deployment;
import dev.tollgate.domain.catalog.Model;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.jobs.Steps;
import dev.tollgate.domain.ledger.Corrections;
import dev.tollgate.domain.ledger.Corrections.Settled;
import dev.tollgate.domain.ledger.Corrections.Target;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.PriceBook;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.rules.TimeSpans;
import java.time.Clock;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Corrects what calls cost when the price they were settled at was wrong: each is priced again by
/// the prices as they are now, and the difference becomes an entry of its own. A repeat changes
/// nothing more.
public final class RestatePrices {
  private static final int PAGE = 500;

  private final Catalog catalog;
  private final Prices prices;
  private final Corrections corrections;
  private final Clock clock;

  public RestatePrices(Catalog catalog, Prices prices, Corrections corrections, Clock clock) {
    this.clock = clock;
    this.catalog = catalog;
    this.prices = prices;
    this.corrections = corrections;
  }

  /// What to price again.
  ///
  /// @param provider its name
  /// @param model the provider's name for the model
  /// @param to the end of the time, or null for now
  /// @param dryRun whether only the differences are wanted
  public record Command(
      String provider,
      String model,
      Instant from,
      @Nullable Instant to,
      String reason,
      boolean dryRun) {}

  /// What a project spent in a month (UTC), before and after.
  public record Difference(
      ProjectId project, YearMonth month, long calls, Money before, Money after) {}

  /// Differences by project and month.
  public Result<List<Difference>> run(Actor actor, Command command, Steps steps) {
    if (!actor.may(Permission.LEDGER_CORRECT, Scope.of(actor.tenant()))) {
      return new Result.Forbidden<>(Permission.LEDGER_CORRECT);
    }
    Provider provider =
        catalog.visibleProviders(actor.tenant()).stream()
            .filter(each -> each.name().equals(command.provider()))
            .findFirst()
            .orElse(null);
    if (provider == null) {
      return new Result.Invalid<>("provider", "There is no such provider");
    }
    return Result.checked(() -> restate(actor, provider, command, steps));
  }

  private Result<List<Difference>> restate(
      Actor actor, Provider provider, Command command, Steps steps) {
    TenantId tenant = actor.tenant();
    Instant to = command.to() == null ? clock.instant() : command.to();
    TimeSpans.check(command.from(), to);
    String pricedAs = pricedAs(command, provider);
    PriceBook book = prices.book(tenant);
    Map<String, Difference> differences = new TreeMap<>();
    HoldId last = null;
    long seen = 0;
    while (true) {
      List<Settled> page =
          corrections.settled(
              tenant, command.provider(), command.model(), command.from(), to, last, PAGE);
      List<Target> targets = targets(page, provider, pricedAs, book, differences);
      if (!command.dryRun() && !targets.isEmpty()) {
        corrections.adjust(tenant, targets, command.reason());
      }
      if (page.size() < PAGE) {
        return Result.done(List.copyOf(differences.values()));
      }
      last = page.getLast().hold();
      seen += page.size();
      steps.progress(seen + " calls looked at");
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
      Price price = book.find(provider, pricedAs, each.at());
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
    for (Model model : catalog.models(provider.tenant())) {
      for (Deployment deployment : model.deployments()) {
        if (deployment.provider().equals(provider.id())
            && deployment.model().equals(command.model())) {
          names.add(deployment.pricedAs());
        }
      }
    }
    if (names.size() > 1) {
      throw BrokenRule.of("model", "is priced under several names: " + String.join(", ", names));
    }
    return names.isEmpty() ? command.model() : names.iterator().next();
  }
}
