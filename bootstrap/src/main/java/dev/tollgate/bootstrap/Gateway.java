package dev.tollgate.bootstrap;

import dev.tollgate.application.catalog.AddModel;
import dev.tollgate.application.catalog.AddProvider;
import dev.tollgate.application.inference.CompleteChat;
import dev.tollgate.application.inference.OpenStreams;
import dev.tollgate.application.keys.AuthenticateCaller;
import dev.tollgate.application.keys.CreateKey;
import dev.tollgate.application.keys.RotateKey;
import dev.tollgate.application.pricing.SetPrice;
import dev.tollgate.application.tenancy.CreateProject;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.TimeOrderedIds;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.http.edge.CatalogueHandler;
import dev.tollgate.http.edge.EdgeHandler;
import dev.tollgate.http.management.Api;
import dev.tollgate.http.management.CallsResource;
import dev.tollgate.http.management.KeysResource;
import dev.tollgate.http.management.ModelsResource;
import dev.tollgate.http.management.PricesResource;
import dev.tollgate.http.management.ProjectsResource;
import dev.tollgate.http.management.ProvidersResource;
import dev.tollgate.http.ops.CallMetrics;
import dev.tollgate.http.ops.OpsRoutes;
import dev.tollgate.http.server.HttpServer;
import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.persistence.catalog.CachedRoutes;
import dev.tollgate.persistence.catalog.PostgresCatalog;
import dev.tollgate.persistence.database.ChangePoll;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Housekeeping;
import dev.tollgate.persistence.inference.ContentWriter;
import dev.tollgate.persistence.inference.GroupCommitWriter;
import dev.tollgate.persistence.keys.CachedKeyDirectory;
import dev.tollgate.persistence.keys.PostgresVirtualKeys;
import dev.tollgate.persistence.reporting.PostgresCallHistory;
import dev.tollgate.persistence.reporting.PostgresUsageReport;
import dev.tollgate.persistence.tenancy.PostgresAdminTokens;
import dev.tollgate.persistence.tenancy.PostgresIdempotency;
import dev.tollgate.persistence.tenancy.PostgresProjects;
import dev.tollgate.providers.gateway.ProviderGateway;
import dev.tollgate.providers.simulated.SimulatedUpstream;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.service.registry.Services;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpService;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/// One node: everything wired by hand, in the order in which it depends on each other.
final class Gateway implements AutoCloseable {
  private static final int NODE = 1;

  private final Clock clock = Clock.systemUTC();
  private final SecureRandom secureRandom = new SecureRandom();
  private final Ids ids = new TimeOrderedIds(clock, ThreadLocalRandom::current);
  private final Database database;
  private final GroupCommitWriter journal;
  private final ContentWriter contents;
  private final CachedKeyDirectory directory;
  private final OpenStreams streams;
  private final BackgroundJobs jobs = new BackgroundJobs();
  private final HttpServer http;
  private final PostgresProjects projects;
  private final PostgresCatalog catalog;
  private final CachedRoutes routes;
  private final CreateKey createKey;
  private final CreateProject createProject;
  private final AddProvider addProvider;
  private final AddModel addModel;
  private final SetPrice setPrice;

  Gateway(Database database, MasterKeys keys, TenantId homeTenant, HttpSettings settings) {
    this.database = database;
    journal = new GroupCommitWriter(database, NODE);
    contents = new ContentWriter(database);
    directory = new CachedKeyDirectory(database);
    streams = new OpenStreams(directory);
    projects = new PostgresProjects(database);
    catalog = new PostgresCatalog(database);
    routes = new CachedRoutes(catalog, catalog);
    CredentialVault vault = new CredentialVault(keys.kms(), secureRandom);
    PostgresVirtualKeys virtualKeys = new PostgresVirtualKeys(database);
    createKey = new CreateKey(virtualKeys, projects, keys.pepper(), ids, secureRandom, clock);
    createProject = new CreateProject(projects, ids, clock);
    addProvider = new AddProvider(catalog, routes, vault, ids, clock);
    addModel = new AddModel(catalog, routes, ids, clock);
    setPrice = new SetPrice(catalog, routes, ids);
    RotateKey rotateKey = new RotateKey(virtualKeys, keys.pepper(), secureRandom, clock);

    SimulatedUpstream simulated = new SimulatedUpstream();
    ProviderGateway providers = new ProviderGateway(catalog, vault, () -> simulated, clock);
    MeterRegistry registry = Services.get(MeterRegistry.class);
    CompleteChat completeChat =
        new CompleteChat(
            routes,
            providers,
            journal,
            contents,
            new CallMetrics(registry),
            streams,
            homeTenant,
            ThreadLocalRandom::current);
    AuthenticateCaller authenticate = new AuthenticateCaller(directory, keys.pepper(), clock);
    Map<Endpoint, Handler> calls = new EnumMap<>(Endpoint.class);
    for (Endpoint endpoint : Endpoint.values()) {
      calls.put(endpoint, new EdgeHandler(endpoint, authenticate, completeChat, ids, clock));
    }
    http =
        new HttpServer(
            settings,
            new HttpServer.Services(
                calls,
                new CatalogueHandler(authenticate, routes, ids),
                management(keys, virtualKeys, rotateKey, providers),
                new OpsRoutes(registry, this::unready),
                ids));
    gauges(registry);
  }

  private Map<String, HttpService> management(
      MasterKeys keys,
      PostgresVirtualKeys virtualKeys,
      RotateKey rotateKey,
      ProviderGateway providers) {
    Api api =
        new Api(
            new PostgresAdminTokens(database, keys.pepper()),
            new PostgresIdempotency(database),
            ids);
    return Map.of(
        "/projects", new ProjectsResource(api, projects, createProject),
        "/keys", new KeysResource(api, virtualKeys, createKey, rotateKey),
        "/providers", new ProvidersResource(api, catalog, addProvider, providers),
        "/models", new ModelsResource(api, catalog, addModel),
        "/prices", new PricesResource(api, catalog, catalog, setPrice),
        "",
            new CallsResource(
                api, new PostgresCallHistory(database), new PostgresUsageReport(database), clock));
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

  Seed seed() {
    return new Seed(catalog, catalog, addProvider, addModel, setPrice);
  }

  int port() {
    return http.port();
  }

  int opsPort() {
    return http.opsPort();
  }

  void start() {
    journal.start();
    contents.start();
    Housekeeping housekeeping = new Housekeeping(database, clock);
    housekeeping.run();
    jobs.every(1, "changes", new ChangePoll(database, List.of(directory, routes)));
    jobs.every(2, "dead-keys", () -> streams.cutDeadKeys(clock.instant()));
    jobs.every(30, "last-used", directory::flushTouched);
    jobs.every(3_600, "housekeeping", housekeeping::run);
    http.start();
  }

  /// Takes no new calls, lets open answers finish, cuts those that do not in time, and settles all.
  @Override
  public void close() {
    http.beginDrain();
    if (http.awaitDrained() > 0) {
      streams.cutAll(
          Refusal.unavailable("gateway_stopping", "The gateway is stopping. Try again."));
      http.awaitRest();
    }
    http.stop();
    jobs.close();
    journal.close();
    contents.close();
    jobs.runNow("last-used", directory::flushTouched);
    database.close();
  }

  private List<String> unready() {
    List<String> reasons = new ArrayList<>();
    if (http.isDraining()) {
      reasons.add("draining");
    }
    if (journal.isFailing()) {
      reasons.add("database");
    }
    if (!journal.accepting()) {
      reasons.add("ledger queue full");
    }
    return reasons;
  }

  private void gauges(MeterRegistry registry) {
    registry.getOrCreate(
        Gauge.builder("tollgate_ledger_queue", journal::waiting)
            .description("Call rows that wait to be committed."));
    registry.getOrCreate(
        Gauge.builder("tollgate_content_queue", contents::waiting)
            .description("Captured contents that wait to be written."));
    registry.getOrCreate(
        Gauge.builder("tollgate_open_streams", streams::count).description("Open streams."));
    registry.getOrCreate(
        Gauge.builder("tollgate_running_requests", http::running)
            .description("Requests that are being answered."));
  }
}
