package dev.tollgate.persistence.reporting;

import static dev.tollgate.domain.inference.SampleCalls.aCall;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.reporting.UsageQuery;
import dev.tollgate.domain.reporting.UsageQuery.Group;
import dev.tollgate.domain.reporting.UsageReport;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A total is that of the rows, or it is refused: it is never that of some of them.
class PostgresUsageReportTest {
  private final TestingDatabase testing = TestingDatabase.shared();
  private final TenantId tenant = testing.foundTenant();
  private final UsageReport report = new PostgresUsageReport(testing.database());

  private void commit(Instant... times) {
    try (GroupCommit writer = TestingWriter.of(testing.database(), 1)) {
      writer.start();
      for (Instant time : times) {
        assertThat(writer.commit(aCall().of(tenant).at(time).build(), Duration.ofSeconds(10)))
            .isTrue();
      }
    }
  }

  private long calls(Instant from, Instant to) {
    return report.report(tenant, query(from, to, List.of())).stream()
        .mapToLong(UsageReport.Row::calls)
        .sum();
  }

  private static UsageQuery query(Instant from, Instant to, List<Group> groups) {
    return new UsageQuery(from, to, groups, null, null, null);
  }

  @Test
  void aSpanIsWidenedToWholeMinutes() {
    Instant minute = Instant.now().truncatedTo(ChronoUnit.HOURS);
    commit(minute.plusSeconds(45), minute.plusSeconds(130));
    assertThat(calls(minute.plusSeconds(30), minute.plusSeconds(125))).isEqualTo(2);
    UsageQuery query = query(minute.plusSeconds(30), minute.plusSeconds(125), List.of());
    assertThat(query.from()).isEqualTo(minute);
    assertThat(query.to()).isEqualTo(minute.plusSeconds(180));
  }

  @Test
  void aReportOfTooManyRowsIsRefused() {
    testing.run(
        Role.MIGRATOR,
        ("with d as (insert into tollgate.dimension (tenant_id, digest, project_id, key_id,"
                + " business_unit_id, tags, model, provider) select '%s', gen_random_uuid(), '%s',"
                + " gen_random_uuid(), gen_random_uuid(), '[]', '', '' from generate_series(1, 20001)"
                + " returning tenant_id, id) insert into tollgate.usage_bucket"
                + " select tenant_id, '2026-11-20', id, 1, 1, 0, 1, 0, '{1}' from d")
            .formatted(tenant.value(), tenant.value()));
    Instant day = Instant.parse("2026-11-20T00:00:00Z");
    assertThat(calls(day, day.plusSeconds(900))).isEqualTo(20_001);
    assertThatThrownBy(
            () -> report.report(tenant, query(day, day.plusSeconds(900), List.of(Group.KEY))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
