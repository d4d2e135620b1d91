package dev.tollgate.application.tenancy;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.tenancy.BusinessUnit;
import dev.tollgate.domain.tenancy.BusinessUnits;
import org.jspecify.annotations.Nullable;

/// Renames or moves a business unit; what is null in the command stays as it is.
public final class UpdateBusinessUnit {
  private final BusinessUnits units;

  public UpdateBusinessUnit(BusinessUnits units) {
    this.units = units;
  }

  public record Command(
      BusinessUnitId id, @Nullable String name, @Nullable BusinessUnitId parent) {}

  public Result<BusinessUnit> run(Actor actor, Command command, Trail trail) {
    return Result.found(units.find(actor.tenant(), command.id()), "business unit")
        .allowed(actor, Permission.BUSINESS_UNITS_WRITE, BusinessUnit::scope)
        .then(_ -> Result.checked(() -> update(actor, command, trail)));
  }

  private Result<BusinessUnit> update(Actor actor, Command command, Trail trail) {
    return switch (units.update(
        actor.tenant(), command.id(), unit -> changed(unit, command, trail))) {
      case BusinessUnits.Update.Changed(BusinessUnit unit) -> Result.done(unit);
      case BusinessUnits.Update.Missing _ -> new Result.Missing<>("business unit");
      case BusinessUnits.Update.BadParent _ ->
          new Result.Invalid<>(
              "parent",
              "parent must be an existing unit that does not lie below this one. The root has none");
    };
  }

  private static BusinessUnit changed(BusinessUnit unit, Command command, Trail trail) {
    BusinessUnit changed =
        new BusinessUnit(
            unit.id(),
            unit.tenant(),
            command.parent() == null ? unit.parent() : command.parent(),
            command.name() == null ? unit.name() : command.name(),
            unit.createdAt());
    trail.changed(unit.id(), unit, changed);
    return changed;
  }
}
