package dev.tollgate.application.tenancy;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.tenancy.BusinessUnit;
import dev.tollgate.domain.tenancy.BusinessUnits;

/// Shows one business unit.
public final class GetBusinessUnit {
  private final BusinessUnits units;

  public GetBusinessUnit(BusinessUnits units) {
    this.units = units;
  }

  public Result<BusinessUnit> run(Actor actor, BusinessUnitId id) {
    return Result.found(units.find(actor.tenant(), id), "business unit")
        .allowed(actor, Permission.BUSINESS_UNITS_READ, BusinessUnit::scope);
  }
}
