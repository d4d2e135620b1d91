package dev.tollgate.persistence.reporting;

import static dev.tollgate.domain.inference.SampleCalls.aCall;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.reporting.UsageQuery;
import dev.tollgate.domain.reporting.UsageQuery.Group;
import dev.tollgate.domain.reporting.UsageReport;
import dev.tollgate.domain.tenancy.SampleProjects;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.Housekeeping;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import dev.tollgate.persistence.ledger.PostgresLedgerVerifier;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Roll-ups older than 13 months become days of the tenant's zone, and nothing else changes.
class FoldedUsageTest {
  private static final ZoneId ZONE = ZoneId.of("America/New_York");

  private final YearMonth old = YearMonth.now(ZoneOffset.UTC).minusMonths(15);
  private final TestingDatabase testing = TestingDatabase.shared();
  private final TenantId tenant = testing.foundTenant();
  private final VirtualKey key =
      SampleKeys.aKey()
          .of(SampleProjects.aProject(tenant, new BusinessUnitId(SampleIds.anId())))
          .build();
  private final UsageReport report = new PostgresUsageReport(testing.database());

  private void commit(Instant... times) {
    try (GroupCommit writer = TestingWriter.of(testing.database(), 1)) {
      writer.start();
      for (Instant time : times) {
        assertThat(
                writer.commit(
                    aCall().by(key).at(time).costing(7).taking(40_000).build(),
                    Duration.ofSeconds(10)))
            .isTrue();
      }
    }
  }

  private void keepHouse() {
    new Housekeeping(testing.database(), Clock.systemUTC()).run();
  }

  private List<String> rows(String sql) {
    return testing.select(sql + " where tenant_id = '" + tenant.value() + "' order by 1");
  }

  private List<UsageReport.Row> report(LocalDate from, LocalDate to, Group... groups) {
    return report.report(
        tenant,
        new UsageQuery(
            from.atStartOfDay(ZONE).toInstant(),
            to.atStartOfDay(ZONE).toInstant(),
            List.of(groups),
            null,
            null,
            null));
  }

  @Test
  void oldQuartersBecomeDays() {
    testing.run(
        Role.MIGRATOR,
        "update tollgate.tenant set time_zone = '%s' where id = '%s'"
            .formatted(ZONE, tenant.value()));
    LocalDate day = old.atDay(10);
    Instant first = day.atStartOfDay(ZONE).toInstant();
    Instant last = day.plusDays(1).atStartOfDay(ZONE).toInstant().minusMillis(1);
    commit(first.minusMillis(1), first, first.plusSeconds(40_000), last, last.plusMillis(1));
    commit(Instant.now());
    List<UsageReport.Row> models = report(old.atDay(1), old.atDay(20), Group.MODEL);
    List<UsageReport.Row> exact = report(day, day.plusDays(1));
    assertThat(exact).singleElement().extracting(UsageReport.Row::calls).isEqualTo(3L);
    String spent =
        "select tollgate.spent_between('%s', 'tenant', '%s', null, '%s', '%s')"
            .formatted(tenant.value(), tenant.value(), first, last);
    assertThat(testing.select(spent)).containsExactly("21");

    keepHouse();

    assertThat(rows("select calls || ' ' || zone from tollgate.usage_day"))
        .containsExactly("1 " + ZONE, "1 " + ZONE, "3 " + ZONE);
    assertThat(rows("select calls::text from tollgate.usage_bucket")).containsExactly("1");
    assertThat(rows("select bucket::text from tollgate.usage_times")).hasSize(1);
    assertThat(report(old.atDay(1), old.atDay(20), Group.MODEL)).isEqualTo(models);
    assertThat(report(day, day.plusDays(1))).isEqualTo(exact);
    assertThat(report(old.atDay(1), old.atDay(20), Group.DAY))
        .extracting(row -> row.groups().getFirst())
        .containsExactly(
            day.minusDays(1) + "T00:00:00Z", day + "T00:00:00Z", day.plusDays(1) + "T00:00:00Z");
    assertThat(testing.select(spent)).containsExactly("21");

    // What comes to an old day later is added to it.
    commit(first.plusSeconds(1));
    keepHouse();
    keepHouse();
    assertThat(
            rows("select sum(calls) || ' ' || sum(cost_nanos) || ' ' || count(*) from tollgate.usage_day")
                .getFirst())
        .isEqualTo("6 42 3");
    assertThat(new PostgresLedgerVerifier(testing.database()).verify(tenant).violations())
        .isEmpty();
  }
}
