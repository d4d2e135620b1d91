package dev.tollgate.persistence.database;

import static dev.tollgate.domain.catalog.SampleCatalog.aCredential;
import static dev.tollgate.domain.catalog.SampleCatalog.aDeployment;
import static dev.tollgate.domain.catalog.SampleCatalog.aModel;
import static dev.tollgate.domain.catalog.SampleCatalog.aPrice;
import static dev.tollgate.domain.catalog.SampleCatalog.aProvider;
import static dev.tollgate.domain.inference.SampleCalls.aCall;
import static dev.tollgate.domain.keys.SampleKeys.aKey;
import static dev.tollgate.domain.keys.SampleKeys.aSecretOf;
import static dev.tollgate.domain.tenancy.SampleProjects.aProject;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.audit.AuditEvent;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.ids.AuditEventId;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.ids.ModelFactsId;
import dev.tollgate.domain.ids.OperationId;
import dev.tollgate.domain.ids.RaiseId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.jobs.Job;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.domain.stores.IdempotencyRecords;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.persistence.audit.PostgresAuditLog;
import dev.tollgate.persistence.catalog.PostgresCatalog;
import dev.tollgate.persistence.catalog.PostgresFactsOfModels;
import dev.tollgate.persistence.catalog.PostgresPrices;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.jobs.PostgresJobs;
import dev.tollgate.persistence.keys.PostgresVirtualKeys;
import dev.tollgate.persistence.ledger.PostgresBudgets;
import dev.tollgate.persistence.tenancy.Founding;
import dev.tollgate.persistence.tenancy.PostgresIdempotency;
import dev.tollgate.persistence.tenancy.PostgresProjects;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// A tenant with a row in every table.
final class FurnishedTenant {
  private static final TestingDatabase TESTING = TestingDatabase.shared();

  private FurnishedTenant() {}

  /// A new tenant with a row in every table.
  static TenantId found() {
    TenantId tenant = TESTING.foundTenant();
    Database database = TESTING.database();
    PostgresProjects projects = new PostgresProjects(database);
    Project project = aProject(tenant, projects.rootOf(tenant));
    projects.add(project);
    VirtualKey key = aKey().of(project).build();
    new PostgresVirtualKeys(database).add(key, aSecretOf(key));
    furnishCatalogue(tenant);
    new PostgresIdempotency(database)
        .keep(tenant, "a", new byte[1], new IdempotencyRecords.Kept(200, new byte[0], false));
    new PostgresAuditLog(database)
        .add(
            tenant,
            new AuditEvent(
                new AuditEventId(SampleIds.anId()),
                Instant.now(),
                "x",
                "key.create",
                null,
                null,
                null,
                "rest",
                "x"));
    new PostgresJobs(database)
        .add(
            new Job(
                new OperationId(SampleIds.anId()),
                tenant,
                "VerifyLedger",
                "x",
                "rest",
                "x",
                null,
                null,
                null,
                Instant.now(),
                null));
    CallRecord call = aCall().by(key).at(Instant.parse("2026-11-20T10:00:00Z")).build();
    try (GroupCommit writer = TestingWriter.of(database, 1)) {
      writer.start();
      assertThat(writer.commit(call, Duration.ofSeconds(10))).isTrue();
      Budget budget = SampleBudgets.ofKey(key, "1.00");
      assertThat(new PostgresBudgets(database).put(tenant, List.of(budget)).getFirst()).isPresent();
      assertThat(writer.reserve(SampleBudgets.aHold(key, "0.10")))
          .isInstanceOf(Admission.Admitted.class);
      furnishMore(tenant, budget.id());
      new Founding(TESTING.config()).setAdminToken(tenant, 1, new byte[32], 1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    TESTING.run(
        Role.LEDGER,
        "insert into tollgate.call_content values ('%s', '2026-11-20', '%s', 30, '', '', false)"
            .formatted(tenant.value(), call.id().value()));
    return tenant;
  }

  /// A provider with its credential, a model, a price and facts; once more it changes nothing.
  static void furnishCatalogue(TenantId tenant) {
    Database database = TESTING.database();
    PostgresCatalog catalog = new PostgresCatalog(database);
    Provider provider = aProvider(tenant, "mock");
    if (!catalog.addProvider(provider, aCredential("aaaa"))) {
      return;
    }
    catalog.addModel(aModel(tenant, "gpt-x", aDeployment(provider)));
    new PostgresPrices(database).put(tenant, aPrice("openai", "gpt-x", Instant.EPOCH, 1));
    new PostgresFactsOfModels(database)
        .put(
            tenant,
            new ModelFacts(
                new ModelFactsId(SampleIds.anId()),
                "gpt-x",
                Instant.EPOCH,
                128_000,
                16_384,
                1_500,
                0,
                0,
                0,
                null,
                300));
  }

  private static void furnishMore(TenantId tenant, BudgetId budget) {
    Database database = TESTING.database();
    TESTING.run(
        Role.LEDGER,
        "insert into tollgate.budget_alert values ('%s', '%s', now(), 50, 1, 1, now(), true)"
            .formatted(tenant.value(), budget.value()),
        ("insert into tollgate.notification (tenant_id, id, type, channel, receiver, subject,"
                + " body, payload, status) values ('%s', gen_random_uuid(), '', 'email', '', '',"
                + " '', '', 'failed')")
            .formatted(tenant.value()));
    TESTING.run(
        Role.MIGRATOR,
        ("insert into tollgate.webhook values ('%s', gen_random_uuid(), 'http://x', false, '',"
                + " '', '', '', '', now())")
            .formatted(tenant.value()));
    TESTING.run(
        Role.LEDGER,
        "insert into tollgate.deployment_speed values ('%s', gen_random_uuid(), 'm', 1, now())"
            .formatted(tenant.value()),
        "insert into tollgate.waiter values ('%s', 1, gen_random_uuid(), now(), now())"
            .formatted(tenant.value()));
    TESTING.run(
        Role.MIGRATOR,
        ofANodeOfTheVersionBefore("usage_minute", tenant),
        ofANodeOfTheVersionBefore("usage_quarter", tenant),
        "insert into tollgate.usage_day values ('%s', '2025-01-01', 1, 'UTC', 1, 0, 1, 0, '{1}', '{}', '{}')"
            .formatted(tenant.value()),
        "insert into tollgate.archived_account values ('%s', -1, '2002-01-01', 0)"
            .formatted(tenant.value()),
        "insert into tollgate.archived_key values ('%s', gen_random_uuid(), '2002-01-01', 0)"
            .formatted(tenant.value()));
    Instant now = Instant.now();
    new PostgresBudgets(database)
        .raise(
            tenant,
            budget,
            new Budget.Raise(
                new RaiseId(SampleIds.anId()), SampleBudgets.usd("1"), now, null, "", "api"),
            true);
  }

  private static String ofANodeOfTheVersionBefore(String table, TenantId tenant) {
    return ("insert into tollgate.%s values ('%s', '2026-11-20', '%s', gen_random_uuid(), '', '', 1,"
            + " gen_random_uuid(), 1, 0, '{1}', 1, '{1}', '{1}')")
        .formatted(table, tenant.value(), tenant.value());
  }
}
