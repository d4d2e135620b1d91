package dev.tollgate.application.tenancy;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.BusinessUnit;
import dev.tollgate.domain.tenancy.BusinessUnits;

/// Lists business units, newest first.
public final class ListBusinessUnits {
  private final BusinessUnits units;

  public ListBusinessUnits(BusinessUnits units) {
    this.units = units;
  }

  public Result<Page<BusinessUnit>> run(Actor actor, Page.Ask ask) {
    return Result.permitted(
        actor,
        Permission.BUSINESS_UNITS_READ,
        () -> Result.done(units.list(actor.tenant(), ask.cursor(), ask.limit())));
  }
}
