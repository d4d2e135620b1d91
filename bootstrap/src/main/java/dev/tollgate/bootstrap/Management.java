package dev.tollgate.bootstrap;

import dev.tollgate.application.catalog.AddModel;
import dev.tollgate.application.catalog.AddProvider;
import dev.tollgate.application.catalog.ChangeCredential;
import dev.tollgate.application.keys.CreateKey;
import dev.tollgate.application.keys.RotateKey;
import dev.tollgate.application.ledger.ReverseEstimates;
import dev.tollgate.application.ledger.SetBudget;
import dev.tollgate.application.notifications.AddWebhook;
import dev.tollgate.application.notifications.DeliverNotifications;
import dev.tollgate.application.pricing.RestatePrices;
import dev.tollgate.application.pricing.SetPrice;
import dev.tollgate.application.tenancy.CreateProject;
import dev.tollgate.domain.catalog.FactsOfModels;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.notifications.Notification.Channel;
import dev.tollgate.domain.notifications.Notifier;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.http.edge.BodyMemory;
import dev.tollgate.http.management.Api;
import dev.tollgate.http.management.BudgetsResource;
import dev.tollgate.http.management.BusinessUnitsResource;
import dev.tollgate.http.management.CallsResource;
import dev.tollgate.http.management.EstimatesResource;
import dev.tollgate.http.management.KeysResource;
import dev.tollgate.http.management.LedgerResource;
import dev.tollgate.http.management.ModelFactsResource;
import dev.tollgate.http.management.ModelsResource;
import dev.tollgate.http.management.NotificationsResource;
import dev.tollgate.http.management.PricesResource;
import dev.tollgate.http.management.ProjectsResource;
import dev.tollgate.http.management.ProvidersResource;
import dev.tollgate.http.management.RestateResource;
import dev.tollgate.persistence.catalog.PostgresCatalog;
import dev.tollgate.persistence.database.Database;
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
import dev.tollgate.providers.gateway.ProviderGateway;
import dev.tollgate.providers.notifications.WebhookNotifier;
import io.helidon.webserver.http.HttpService;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// What administrators use, wired by hand: stores, use cases and resources.
final class Management {
  private final Database database;
  private final MasterKeys keys;
  private final Ids ids;
  private final Clock clock;
  private final BudgetBooks books;
  private final PostgresCatalog catalog;
  private final FactsOfModels facts;
  private final Routes routes;
  private final CredentialVault vault;
  private final PostgresProjects projects;
  private final PostgresVirtualKeys virtualKeys;
  private final PostgresBudgets budgets;
  private final PostgresLedgerVerifier verifier;
  private final PostgresOutbox outbox;
  private final PostgresWebhooks webhooks;
  private final WebhookNotifier webhookNotifier;
  private final CreateKey createKey;
  private final CreateProject createProject;
  private final AddProvider addProvider;
  private final AddModel addModel;
  private final SetPrice setPrice;
  private final SetBudget setBudget;
  private final RotateKey rotateKey;
  private final AddWebhook addWebhook;

  Management(
      Database database,
      MasterKeys keys,
      CredentialVault vault,
      PostgresCatalog catalog,
      FactsOfModels facts,
      Routes routes,
      PostgresBudgets budgets,
      BudgetBooks books,
      Ids ids,
      SecureRandom random,
      Clock clock) {
    this.database = database;
    this.keys = keys;
    this.ids = ids;
    this.clock = clock;
    this.books = books;
    this.catalog = catalog;
    this.facts = facts;
    this.routes = routes;
    this.vault = vault;
    this.budgets = budgets;
    projects = new PostgresProjects(database);
    virtualKeys = new PostgresVirtualKeys(database);
    verifier = new PostgresLedgerVerifier(database);
    outbox = new PostgresOutbox(database, ids);
    webhooks = new PostgresWebhooks(database);
    webhookNotifier = new WebhookNotifier(webhooks, vault, clock);
    createKey = new CreateKey(virtualKeys, projects, keys.pepper(), ids, random, clock);
    createProject = new CreateProject(projects, ids, clock);
    addProvider = new AddProvider(catalog, routes, vault, ids, clock);
    addModel = new AddModel(catalog, routes, ids, clock);
    setPrice = new SetPrice(catalog, routes, ids);
    setBudget = new SetBudget(budgets, books, ids, clock);
    rotateKey = new RotateKey(virtualKeys, keys.pepper(), random, clock);
    addWebhook = new AddWebhook(webhooks, vault, webhookNotifier, ids, random, clock);
  }

  /// Resources by path below `/api/v1`.
  ///
  /// @param memory what bodies may take of the heap, in all
  /// @param changed told of every request that may have changed something
  /// @param unheld how many calls run here without a hold although a budget counts them
  Map<String, HttpService> resources(
      ProviderGateway providers,
      BodyMemory memory,
      Runnable changed,
      ToIntFunction<Budget> unheld) {
    PostgresCorrections corrections = new PostgresCorrections(database);
    Api api =
        new Api(
            new PostgresAdminTokens(database, keys.pepper()),
            new PostgresIdempotency(database),
            memory,
            ids,
            changed);
    Map<String, HttpService> resources = new HashMap<>();
    resources.put("/projects", new ProjectsResource(api, projects, createProject));
    resources.put(
        "/business-units",
        new BusinessUnitsResource(api, new PostgresBusinessUnits(database), projects, ids, clock));
    resources.put(
        "/keys", new KeysResource(api, virtualKeys, createKey, rotateKey, budgets, setBudget));
    resources.put("/budgets", new BudgetsResource(api, budgets, setBudget, unheld));
    resources.put(
        "/ledger",
        new LedgerResource(
            api,
            verifier,
            books,
            budgets,
            new EstimatesResource(corrections, new ReverseEstimates(catalog, corrections), clock)));
    resources.put("/notifications", new NotificationsResource(api, outbox, webhooks, addWebhook));
    resources.put(
        "/providers",
        new ProvidersResource(
            api,
            catalog,
            addProvider,
            new ChangeCredential(catalog, routes, vault, providers),
            providers,
            providers.states()));
    resources.put("/models", new ModelsResource(api, catalog, addModel));
    resources.put(
        "/prices:restate",
        new RestateResource(api, new RestatePrices(catalog, catalog, corrections), clock));
    resources.put("/model-facts", new ModelFactsResource(api, facts, routes, ids));
    resources.put("/prices", new PricesResource(api, catalog, catalog, setPrice));
    resources.put(
        "",
        new CallsResource(
            api, new PostgresCallHistory(database), new PostgresUsageReport(database), clock));
    return resources;
  }

  /// Sends what waits in the outbox.
  ///
  /// @param mail how mail is sent, or null when it is not
  Runnable delivery(@Nullable Notifier mail) {
    Map<Channel, Notifier> notifiers =
        mail == null
            ? Map.of(Channel.WEBHOOK, webhookNotifier)
            : Map.of(Channel.WEBHOOK, webhookNotifier, Channel.EMAIL, mail);
    return new DeliverNotifications(outbox, notifiers);
  }

  PostgresLedgerVerifier verifier() {
    return verifier;
  }

  VirtualKeys virtualKeys() {
    return virtualKeys;
  }

  PostgresProjects projects() {
    return projects;
  }

  CreateProject createProject() {
    return createProject;
  }

  CreateKey createKey() {
    return createKey;
  }

  SetBudget setBudget() {
    return setBudget;
  }

  Seed seed() {
    return new Seed(catalog, catalog, facts, addProvider, addModel, setPrice, ids);
  }
}
