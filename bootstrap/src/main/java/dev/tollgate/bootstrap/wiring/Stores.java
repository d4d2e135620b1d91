package dev.tollgate.bootstrap.wiring;

import dev.tollgate.domain.audit.AuditLog;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.FactsOfModels;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.jobs.Jobs;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Corrections;
import dev.tollgate.domain.ledger.LedgerVerifier;
import dev.tollgate.domain.notifications.Outbox;
import dev.tollgate.domain.notifications.Webhooks;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.reporting.CallHistory;
import dev.tollgate.domain.reporting.UsageReport;
import dev.tollgate.domain.stores.IdempotencyRecords;
import dev.tollgate.domain.stores.Work;
import dev.tollgate.domain.tenancy.AdminTokens;
import dev.tollgate.domain.tenancy.BusinessUnits;
import dev.tollgate.domain.tenancy.Projects;
import dev.tollgate.persistence.audit.PostgresAuditLog;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.jobs.PostgresJobs;
import dev.tollgate.persistence.keys.PostgresVirtualKeys;
import dev.tollgate.persistence.ledger.PostgresBudgets;
import dev.tollgate.persistence.ledger.PostgresCorrections;
import dev.tollgate.persistence.ledger.PostgresLedgerVerifier;
import dev.tollgate.persistence.notifications.PostgresOutbox;
import dev.tollgate.persistence.notifications.PostgresWebhooks;
import dev.tollgate.persistence.reporting.PostgresCallHistory;
import dev.tollgate.persistence.reporting.PostgresUsageReport;
import dev.tollgate.persistence.tenancy.PostgresAdminTokens;
import dev.tollgate.persistence.tenancy.PostgresBusinessUnits;
import dev.tollgate.persistence.tenancy.PostgresIdempotency;
import dev.tollgate.persistence.tenancy.PostgresProjects;

/// What management reads and writes.
public final class Stores {
  final Work work;
  final AdminTokens adminTokens;
  final IdempotencyRecords idempotency;
  final AuditLog auditLog;
  final Jobs jobs;
  final Projects projects;
  final BusinessUnits units;
  final VirtualKeys keys;
  final PostgresBudgets budgets;
  final BudgetBooks books;
  final Corrections corrections;
  final LedgerVerifier verifier;
  final Catalog catalog;
  final Prices prices;
  final FactsOfModels facts;
  final Routes routes;
  final CallHistory history;
  final UsageReport usage;
  final Outbox outbox;
  final Webhooks webhooks;

  /// What the request path reads as well, so that both see the same.
  public record Shared(
      PostgresBudgets budgets,
      BudgetBooks books,
      Catalog catalog,
      Prices prices,
      FactsOfModels facts,
      Routes routes) {}

  public Stores(Database database, Shared shared, Tools tools) {
    work = database.work();
    adminTokens = new PostgresAdminTokens(database, tools.pepper());
    idempotency = new PostgresIdempotency(database);
    auditLog = new PostgresAuditLog(database);
    jobs = new PostgresJobs(database);
    projects = new PostgresProjects(database);
    units = new PostgresBusinessUnits(database);
    keys = new PostgresVirtualKeys(database);
    budgets = shared.budgets();
    books = shared.books();
    corrections = new PostgresCorrections(database);
    verifier = new PostgresLedgerVerifier(database);
    catalog = shared.catalog();
    prices = shared.prices();
    facts = shared.facts();
    routes = shared.routes();
    history = new PostgresCallHistory(database);
    usage = new PostgresUsageReport(database);
    outbox = new PostgresOutbox(database, tools.ids());
    webhooks = new PostgresWebhooks(database);
  }

  public Projects projects() {
    return projects;
  }

  public VirtualKeys keys() {
    return keys;
  }

  public Catalog catalog() {
    return catalog;
  }

  public Prices prices() {
    return prices;
  }

  public FactsOfModels facts() {
    return facts;
  }

  public Work work() {
    return work;
  }
}
