package dev.tollgate.bootstrap;

import dev.tollgate.application.inference.OpenCalls;
import dev.tollgate.application.inference.RefusedCalls;
import dev.tollgate.application.inference.ServeCall;
import dev.tollgate.application.keys.AuthenticateCaller;
import dev.tollgate.application.keys.GuessLimit;
import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.application.ledger.LedgerClock;
import dev.tollgate.application.ledger.OwnBudgets;
import dev.tollgate.bootstrap.wiring.Management;
import dev.tollgate.bootstrap.wiring.ProviderKinds;
import dev.tollgate.bootstrap.wiring.Stores;
import dev.tollgate.bootstrap.wiring.Tools;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Grants;
import dev.tollgate.domain.catalog.FactsOfModels;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.TimeOrderedIds;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.LedgerVerifier;
import dev.tollgate.domain.ledger.Spill;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.grpc.GrpcApi;
import dev.tollgate.http.edge.BodyMemory;
import dev.tollgate.http.edge.CatalogueHandler;
import dev.tollgate.http.edge.EdgeHandler;
import dev.tollgate.http.ops.CallMetrics;
import dev.tollgate.http.ops.OpsRoutes;
import dev.tollgate.http.ops.UnknownParameters;
import dev.tollgate.http.rest.RestApi;
import dev.tollgate.http.server.HttpServer;
import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.persistence.catalog.CachedRoutes;
import dev.tollgate.persistence.catalog.LearnedSpeeds;
import dev.tollgate.persistence.catalog.PostgresCatalog;
import dev.tollgate.persistence.catalog.PostgresFactsOfModels;
import dev.tollgate.persistence.catalog.PostgresPrices;
import dev.tollgate.persistence.database.ChangePoll;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Housekeeping;
import dev.tollgate.persistence.inference.ContentWriter;
import dev.tollgate.persistence.keys.CachedKeyDirectory;
import dev.tollgate.persistence.ledger.CachedBudgetBooks;
import dev.tollgate.persistence.ledger.ExpiredHolds;
import dev.tollgate.persistence.ledger.FileSpill;
import dev.tollgate.persistence.ledger.PostgresBudgets;
import dev.tollgate.persistence.ledger.PostgresLedgerStore;
import dev.tollgate.persistence.reporting.UsageHistory;
import dev.tollgate.providers.gateway.ProviderGateway;
import dev.tollgate.providers.ledger.EncodingCounter;
import dev.tollgate.providers.ledger.ProviderCounter;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.service.registry.Services;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// One node: everything wired by hand, in the order in which it depends on each other.
final class Gateway implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Gateway.class.getName());

  /// As fine as the database keeps times, so that an answer tells what is read later.
  private static final Duration FINEST = Duration.ofNanos(1_000);

  private static final String VERSION =
      Objects.requireNonNullElse(Gateway.class.getPackage().getImplementationVersion(), "dev");

  private final LedgerClock clock;
  private final SecureRandom secureRandom = new SecureRandom();
  private final Ids ids;
  private final BackgroundJobs jobs = new BackgroundJobs();
  private final Database database;
  private final GatewayOptions options;
  private final CachedBudgetBooks budgetBooks;
  private final ClusterLink cluster;
  private final GroupCommit journal;
  private final RefusedCalls refused;
  private final ContentWriter contents;
  private final CachedKeyDirectory directory;
  private final OpenCalls open;
  private final LearnedSpeeds speeds;
  private final CachedRoutes routes;
  private final ChangePoll changes;
  private final Management management;
  private final ProviderGateway providers;
  private final BodyMemory memory;
  private final HttpServer http;
  private final GrpcServers grpc;
  private final Housekeeping housekeeping;

  Gateway(
      Database database,
      MasterKeys keys,
      TenantId homeTenant,
      HttpSettings settings,
      GatewayOptions options) {
    this.database = database;
    this.options = options;
    clock = new LedgerClock(options.clock());
    ids = new TimeOrderedIds(clock, ThreadLocalRandom::current);
    PostgresBudgets budgets = new PostgresBudgets(database);
    PostgresCatalog catalog = new PostgresCatalog(database);
    budgetBooks = new CachedBudgetBooks(database);
    Spill spill = options.data() == null ? Spill.NONE : new FileSpill(options.data());
    cluster = new ClusterLink(options.cluster(), budgets);
    int node = options.node() == 0 ? database.nextNode() : options.node();
    journal =
        new GroupCommit(
            new PostgresLedgerStore(database, node), budgetBooks, cluster::publish, clock, spill);
    refused = new RefusedCalls(journal, System::nanoTime);
    contents = new ContentWriter(database);
    directory = new CachedKeyDirectory(database);
    open = new OpenCalls(directory);
    speeds = new LearnedSpeeds(database);
    FactsOfModels facts = new PostgresFactsOfModels(database);
    PostgresPrices prices = new PostgresPrices(database);
    routes = new CachedRoutes(catalog, prices, facts);
    changes = new ChangePoll(database, List.of(directory, routes, budgetBooks));
    CredentialVault vault = new CredentialVault(keys.kms(), secureRandom);
    providers = new ProviderGateway(catalog, vault, ProviderKinds.vendors(), clock);
    Tools tools = new Tools(ids, secureRandom, Clock.tick(clock, FINEST), keys.pepper(), vault);
    Stores.Shared shared = new Stores.Shared(budgets, budgetBooks, catalog, prices, facts, routes);
    management =
        new Management(
            new Stores(database, shared, tools),
            tools,
            providers,
            cluster::announceChange,
            this::unheld);
    MeterRegistry registry = Services.get(MeterRegistry.class);
    memory = BodyMemory.ofHeap(Runtime.getRuntime().maxMemory(), settings.largestBody());
    http = http(keys, settings, registry, homeTenant, new OwnBudgets(budgets));
    grpc =
        new GrpcServers(
            options.grpc(), new GrpcApi(management.dispatch(), management.operations(), ids));
    housekeeping = new Housekeeping(database, clock);
    new NodeGauges(registry)
        .of(journal)
        .of(open)
        .of(contents)
        .of(http)
        .of(memory)
        .add(
            "cluster_members",
            cluster::members,
            "Nodes that this one sees, itself included; 1 without a cluster.")
        .add(
            "partitions_ahead",
            housekeeping::daysAhead,
            "Days from today on that have partitions; raise an alarm below 3.");
  }

  private HttpServer http(
      MasterKeys keys,
      HttpSettings settings,
      MeterRegistry registry,
      TenantId homeTenant,
      OwnBudgets own) {
    AuthenticateCaller authenticate =
        new AuthenticateCaller(
            directory,
            new GuessLimit(System::nanoTime, settings.trustedProxies()),
            keys.pepper(),
            clock);
    EdgeHandler.Edge edge =
        new EdgeHandler.Edge(
            authenticate,
            serveCall(registry, homeTenant),
            clock,
            memory,
            settings.largestBody(),
            new UnknownParameters(registry)::seen);
    return new HttpServer(
        settings,
        new HttpServer.Services(
            calls(edge),
            new CatalogueHandler(authenticate, routes, own, ids),
            new RestApi(management.dispatch(), management.operations(), memory, ids, VERSION),
            new OpsRoutes(registry, this::dead, this::unready),
            ids));
  }

  private ServeCall serveCall(MeterRegistry registry, TenantId homeTenant) {
    return new ServeCall(
        new ServeCall.Catalogue(routes, speeds, providers, ThreadLocalRandom::current),
        providers,
        new ServeCall.Ledgers(
            journal,
            refused,
            journal,
            budgetBooks,
            new ServeCall.Counting(new EncodingCounter(), new ProviderCounter(providers)),
            new ServeCall.Time(clock, options.line(), options.holdGrace()),
            ids),
        new ServeCall.Node(contents, new CallMetrics(registry), open, homeTenant));
  }

  private int unheld(Budget budget) {
    return open.unheldUnder(budget, budgetBooks.current(budget.tenant()));
  }

  private List<EdgeHandler> calls(EdgeHandler.Edge edge) {
    return Stream.of(Endpoint.values()).map(each -> new EdgeHandler(each, edge, ids)).toList();
  }

  Management management() {
    return management;
  }

  /// What the platform and a tenant start with.
  Seed seed(TenantId tenant) {
    return new Seed(management, self(TenantId.PLATFORM), self(tenant), ids);
  }

  /// The gateway as the one who acts.
  Actor self(TenantId tenant) {
    return new Actor(
        tenant,
        new Actor.Who.Program("gateway"),
        Grants.allIn(tenant),
        Actor.Surface.SYSTEM,
        new CallId(ids.next()));
  }

  int port() {
    return http.port();
  }

  int managementPort() {
    return http.managementPort();
  }

  int opsPort() {
    return http.opsPort();
  }

  GrpcServers grpc() {
    return grpc;
  }

  void start() {
    long asked = System.nanoTime();
    Instant there = database.time();
    clock.learn(there, Duration.ofNanos(System.nanoTime() - asked));
    journal.start();
    contents.start();
    jobs.runNow("housekeeping", housekeeping::run);
    cluster.join(jobs, journal::learn, changes);
    jobs.every(1, "changes", changes);
    jobs.every(2, "dead-keys", () -> open.cutDeadKeys(clock.instant()));
    jobs.every(
        5,
        "expired-holds",
        new ExpiredHolds(database, PostgresLedgerStore.SILENCE, journal::expire));
    jobs.every(5, "refused-calls", refused::sweep);
    jobs.every(10, "idle-connections", providers::tidy);
    jobs.every(2, "notifications", management.delivery(options.mail()));
    jobs.every(5, "operations", management.tidyJobs());
    jobs.every(10, "speeds", speeds);
    jobs.every(5, "usage-history", new UsageHistory(database));
    jobs.every(60, "ledger-glance", this::glance);
    jobs.every(30, "last-used", directory::flushTouched);
    jobs.every(3_600, "housekeeping", housekeeping::run);
    http.start();
    grpc.start();
    jobs.every(2, "listeners", http::lookAfter);
    jobs.every(2, "grpc-health", () -> grpc.setServing(unready().isEmpty()));
  }

  /// Open answers are waited for no longer.
  void hurry() {
    http.hurry();
    grpc.hurry();
  }

  /// Takes no new calls, lets open answers finish, cuts those that do not in time, and settles all.
  @Override
  public void close() {
    http.beginDrain();
    grpc.beginDrain();
    open.dropAbandoned();
    if (http.awaitDrained() > 0) {
      open.cutAll(
          Refusal.unavailable(Reason.GATEWAY_STOPPING, "The gateway is stopping. Try again."));
      http.awaitRest();
    }
    http.stop();
    grpc.close();
    jobs.close();
    cluster.close();
    refused.close();
    journal.close();
    contents.close();
    jobs.runNow("last-used", directory::flushTouched);
    database.close();
  }

  private void glance() {
    for (LedgerVerifier.Violation each : management.verifier().glance()) {
      LOG.log(Level.ERROR, "The books contradict themselves: {0}", each);
    }
  }

  private List<String> dead() {
    List<String> reasons = new ArrayList<>(http.shut());
    if (!journal.isAlive()) {
      reasons.add("ledger writer");
    }
    return reasons;
  }

  private List<String> unready() {
    List<String> reasons = new ArrayList<>(http.shut());
    if (http.isDraining()) {
      reasons.add("draining");
    }
    if (journal.isFailing() || database.isAway()) {
      reasons.add("database");
    }
    if (!journal.accepting()) {
      reasons.add("ledger queue full");
    }
    return reasons;
  }
}
