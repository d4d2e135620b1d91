package dev.tollgate.domain.tenancy;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Projects for tests.
public final class SampleProjects {
  private SampleProjects() {}

  public static Project aProject(TenantId tenant, BusinessUnitId unit) {
    return new Project(
        new ProjectId(SampleIds.anId()),
        tenant,
        unit,
        "search",
        Capture.METADATA,
        Retention.DAYS_30,
        false,
        Instant.now().truncatedTo(ChronoUnit.MICROS));
  }

  /// A project of a tenant that is in no store.
  public static Project aProject() {
    return aProject(SampleIds.aTenant(), new BusinessUnitId(SampleIds.anId()));
  }
}
