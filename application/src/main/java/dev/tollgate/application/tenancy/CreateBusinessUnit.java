package dev.tollgate.application.tenancy;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.tenancy.BusinessUnit;
import dev.tollgate.domain.tenancy.BusinessUnits;
import dev.tollgate.domain.tenancy.Projects;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/// Creates a business unit below another, the root when none is named.
public final class CreateBusinessUnit {
  private final BusinessUnits units;
  private final Projects projects;
  private final Ids ids;
  private final Clock clock;

  public CreateBusinessUnit(BusinessUnits units, Projects projects, Ids ids, Clock clock) {
    this.units = units;
    this.projects = projects;
    this.ids = ids;
    this.clock = clock;
  }

  public record Command(String name, @Nullable BusinessUnitId parent) {}

  public Result<BusinessUnit> run(Actor actor, Command command, Trail trail) {
    return Result.checked(
        () -> {
          BusinessUnit unit =
              new BusinessUnit(
                  new BusinessUnitId(ids.next()),
                  actor.tenant(),
                  command.parent() == null ? projects.rootOf(actor.tenant()) : command.parent(),
                  command.name(),
                  clock.instant());
          return Result.done(unit)
              .allowed(actor, Permission.BUSINESS_UNITS_WRITE, BusinessUnit::scope)
              .then(allowed -> add(allowed, trail));
        });
  }

  private Result<BusinessUnit> add(BusinessUnit unit, Trail trail) {
    if (!units.add(unit)) {
      return new Result.Invalid<>("parent", "There is no such business unit");
    }
    trail.made(unit.id(), unit);
    return Result.done(unit);
  }
}
