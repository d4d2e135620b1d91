package dev.tollgate.bootstrap.wiring;

import dev.tollgate.admin.Audit;
import dev.tollgate.admin.Dispatch;
import dev.tollgate.admin.JobRunner;
import dev.tollgate.admin.Operations;
import dev.tollgate.application.catalog.AddModel;
import dev.tollgate.application.catalog.AddProvider;
import dev.tollgate.application.keys.CreateKey;
import dev.tollgate.application.pricing.SetPrice;
import dev.tollgate.application.tenancy.CreateProject;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.LedgerVerifier;
import dev.tollgate.domain.notifications.Notifier;
import dev.tollgate.providers.gateway.ProviderGateway;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// The management side: every operation of the contract, and what all of them go through.
public final class Management {
  private final Stores stores;
  private final Operations operations = new Operations();
  private final TenancyWiring tenancy;
  private final KeysWiring keys;
  private final CatalogWiring catalog;
  private final NotificationsWiring notifications;
  private final JobRunner jobs;
  private final Dispatch dispatch;

  /// @param changed told of every operation that may have changed something
  /// @param unheld how many calls run here without a hold although a budget counts them
  public Management(
      Stores stores,
      Tools tools,
      ProviderGateway providers,
      Runnable changed,
      ToIntFunction<Budget> unheld) {
    this.stores = stores;
    tenancy = new TenancyWiring(stores, tools, operations);
    LedgerWiring ledger = new LedgerWiring(stores, tools, operations, unheld);
    keys = new KeysWiring(stores, tools, operations, ledger);
    catalog = new CatalogWiring(stores, tools, operations, providers, providers.states());
    notifications = new NotificationsWiring(stores, tools, operations);
    ReportingWiring.bind(stores, tools, operations);
    Audit audit = new Audit(stores.auditLog, operations, tools.ids(), tools.clock());
    jobs =
        new JobRunner(
            stores.jobs,
            stores.work,
            audit,
            stores.idempotency,
            operations,
            changed,
            tools.ids(),
            tools.clock());
    dispatch =
        new Dispatch(stores.adminTokens, stores.idempotency, stores.work, audit, jobs, changed);
  }

  public Operations operations() {
    return operations;
  }

  public Dispatch dispatch() {
    return dispatch;
  }

  /// Looks after operations that run on their own.
  public Runnable tidyJobs() {
    return jobs::tidy;
  }

  /// Sends what waits in the outbox.
  ///
  /// @param mail how mail is sent, or null when it is not
  public Runnable delivery(@Nullable Notifier mail) {
    return notifications.delivery(mail);
  }

  public Stores stores() {
    return stores;
  }

  public LedgerVerifier verifier() {
    return stores.verifier;
  }

  public CreateProject createProject() {
    return tenancy.createProject;
  }

  public CreateKey createKey() {
    return keys.createKey;
  }

  public AddProvider addProvider() {
    return catalog.addProvider;
  }

  public AddModel addModel() {
    return catalog.addModel;
  }

  public SetPrice setPrice() {
    return catalog.setPrice;
  }
}
