package dev.tollgate.application.pricing;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.authority.Scope;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.rules.BrokenRule;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What becomes of a change of a price, as an answer.
final class Outcomes {
  private Outcomes() {}

  /// @throws BrokenRule when two rates are for the same: nobody knows which of them is meant
  static void requireDistinct(List<Rate> rates) {
    Set<List<Object>> seen = new HashSet<>();
    for (int i = 0; i < rates.size(); i++) {
      Rate rate = rates.get(i);
      if (!seen.add(List.of(rate.component(), rate.unit(), rate.when()))) {
        throw BrokenRule.of(
            "components[" + i + "]", "stands twice: same component, unit and conditions");
      }
    }
  }

  /// A price that the actor may change. One of the platform is seen by all and changed in its
  /// tenant.
  static Result<Price> toChange(Prices prices, Actor actor, PriceId id) {
    prices.alone(actor.tenant());
    for (TenantId owner : actor.tenant().catalogues()) {
      Optional<Price> price = prices.find(owner, id);
      if (price.isPresent()) {
        return Result.done(price.get())
            .allowed(actor, Permission.PRICES_WRITE, _ -> Scope.of(owner));
      }
    }
    return new Result.Missing<>("price");
  }

  static Result<Prices.Change> of(Prices.Change change) {
    return switch (change) {
      case DONE -> Result.done(change);
      case MISSING -> new Result.Missing<>("price");
      case IN_FORCE ->
          new Result.Conflict<>(
              Reason.PRICE_IN_FORCE,
              "Only a price that begins later can be changed, and only to a later date. Set a newer"
                  + " one.");
      case DATE_TAKEN ->
          new Result.Conflict<>(
              Reason.PRICE_DATE_TAKEN,
              "There is a price of this provider and model with that date.");
    };
  }
}
