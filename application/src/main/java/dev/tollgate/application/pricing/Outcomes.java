package dev.tollgate.application.pricing;

import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.reasons.Reason;

/// What becomes of a change of a price, as an answer.
final class Outcomes {
  private Outcomes() {}

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
