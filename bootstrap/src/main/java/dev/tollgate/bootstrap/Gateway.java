package dev.tollgate.bootstrap;

import dev.tollgate.application.inference.CompleteChat;
import dev.tollgate.application.inference.OpenCalls;
import dev.tollgate.application.inference.RefusedCalls;
import dev.tollgate.application.keys.AuthenticateCaller;
import dev.tollgate.application.keys.GuessLimit;
import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.application.ledger.LedgerClock;
import dev.tollgate.application.ledger.OwnBudgets;
import dev.tollgate.domain.catalog.FactsOfModels;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.ids.TimeOrderedIds;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.LedgerVerifier;
import dev.tollgate.domain.ledger.Spill;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.http.edge.BodyMemory;
import dev.tollgate.http.edge.CatalogueHandler;
import dev.tollgate.http.edge.EdgeHandler;
import dev.tollgate.http.ops.CallMetrics;
import dev.tollgate.http.ops.OpsRoutes;
import dev.tollgate.http.ops.UnknownParameters;
import dev.tollgate.http.server.HttpServer;
import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.persistence.catalog.CachedRoutes;
import dev.tollgate.persistence.catalog.LearnedSpeeds;
import dev.tollgate.persistence.catalog.PostgresCatalog;
import dev.tollgate.persistence.catalog.PostgresFactsOfModels;
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
import dev.tollgate.providers.simulated.SimulatedUpstream;
import io.helidon.metrics.api.Gauge;
import io.helidon.metrics.api.MeterRegistry;
import io.helidon.service.registry.Services;
import io.helidon.webserver.http.Handler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/// One node: everything wired by hand, in the order in which it depends on each other.
final class Gateway implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Gateway.class.getName());

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
    routes = new CachedRoutes(catalog, catalog, facts);
    changes = new ChangePoll(database, List.of(directory, routes, budgetBooks));
    CredentialVault vault = new CredentialVault(keys.kms(), secureRandom);
    management = management(keys, vault, catalog, facts, budgets);
    SimulatedUpstream simulated = new SimulatedUpstream();
    providers = new ProviderGateway(catalog, vault, () -> simulated, clock);
    MeterRegistry registry = Services.get(MeterRegistry.class);
    AuthenticateCaller authenticate =
        new AuthenticateCaller(
            directory,
            new GuessLimit(System::nanoTime, settings.trustedProxies()),
            keys.pepper(),
            clock);
    memory = BodyMemory.ofHeap(Runtime.getRuntime().maxMemory(), settings.largestBody());
    EdgeHandler.Edge edge =
        new EdgeHandler.Edge(
            authenticate,
            completeChat(registry, homeTenant),
            clock,
            memory,
            settings.largestBody(),
            new UnknownParameters(registry)::seen);
    http =
        new HttpServer(
            settings,
            new HttpServer.Services(
                calls(edge),
                new CatalogueHandler(authenticate, routes, new OwnBudgets(budgets), ids),
                management.resources(providers, memory, cluster::announceChange, this::unheld),
                new OpsRoutes(registry, this::dead, this::unready),
                ids));
    housekeeping = new Housekeeping(database, clock);
    gauges(registry);
  }

  private Management management(
      MasterKeys keys,
      CredentialVault vault,
      PostgresCatalog catalog,
      FactsOfModels facts,
      PostgresBudgets budgets) {
    return new Management(
        database,
        keys,
        vault,
        catalog,
        facts,
        routes,
        budgets,
        budgetBooks,
        ids,
        secureRandom,
        clock);
  }

  private CompleteChat completeChat(MeterRegistry registry, TenantId homeTenant) {
    return new CompleteChat(
        new CompleteChat.Catalogue(routes, speeds),
        providers,
        new CompleteChat.Ledgers(
            journal,
            refused,
            journal,
            budgetBooks,
            new EncodingCounter(),
            new ProviderCounter(providers),
            ids,
            clock,
            options.line(),
            options.holdGrace()),
        contents,
        new CallMetrics(registry),
        open,
        homeTenant,
        ThreadLocalRandom::current);
  }

  private int unheld(Budget budget) {
    return open.unheldUnder(budget, budgetBooks.current(budget.tenant()));
  }

  private Map<Endpoint, Handler> calls(EdgeHandler.Edge edge) {
    Map<Endpoint, Handler> calls = new EnumMap<>(Endpoint.class);
    for (Endpoint endpoint : Endpoint.values()) {
      calls.put(endpoint, new EdgeHandler(endpoint, edge, ids));
    }
    return calls;
  }

  Management management() {
    return management;
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
    jobs.every(10, "speeds", speeds);
    jobs.every(5, "usage-history", new UsageHistory(database));
    jobs.every(60, "ledger-glance", this::glance);
    jobs.every(30, "last-used", directory::flushTouched);
    jobs.every(3_600, "housekeeping", housekeeping::run);
    http.start();
    jobs.every(2, "listeners", http::lookAfter);
  }

  /// Open answers are waited for no longer.
  void hurry() {
    http.hurry();
  }

  /// Takes no new calls, lets open answers finish, cuts those that do not in time, and settles all.
  @Override
  public void close() {
    http.beginDrain();
    open.dropAbandoned();
    if (http.awaitDrained() > 0) {
      open.cutAll(Refusal.unavailable("gateway_stopping", "The gateway is stopping. Try again."));
      http.awaitRest();
    }
    http.stop();
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

  private void gauges(MeterRegistry registry) {
    registry.getOrCreate(
        Gauge.builder("tollgate_ledger_queue", journal::waiting)
            .description("Call rows that wait to be committed."));
    registry.getOrCreate(
        Gauge.builder("tollgate_ledger_writer_alive", () -> journal.isAlive() ? 1 : 0)
            .description("1 while the writer of the ledger runs; raise an alarm when it is 0."));
    registry.getOrCreate(
        Gauge.builder("tollgate_ledger_writer_faults", journal::faults)
            .description("Failures that the writer survived; raise an alarm when it grows."));
    registry.getOrCreate(
        Gauge.builder("tollgate_ledger_unwritten", journal::unwritten)
            .description("Operations that the ledger would not take in any form."));
    registry.getOrCreate(
        Gauge.builder("tollgate_abandoned_calls", open::abandoned)
            .description("Whole answers that are read on although their caller has hung up."));
    registry.getOrCreate(
        Gauge.builder("tollgate_ledger_line", journal::inLine)
            .description("Calls that wait while only open holds are in their way."));
    registry.getOrCreate(
        Gauge.builder("tollgate_cluster_members", cluster::members)
            .description("Nodes that this one sees, itself included; 1 without a cluster."));
    registry.getOrCreate(
        Gauge.builder("tollgate_content_queue", contents::waiting)
            .description("Captured contents that wait to be written."));
    registry.getOrCreate(
        Gauge.builder("tollgate_content_lost", contents::lost)
            .description("Captured contents that were not kept since the start; 0 is normal."));
    registry.getOrCreate(
        Gauge.builder("tollgate_partitions_ahead", housekeeping::daysAhead)
            .description("Days from today on that have partitions; raise an alarm below 3."));
    registry.getOrCreate(
        Gauge.builder("tollgate_connections", () -> http.callers().count())
            .description("Connections of callers."));
    registry.getOrCreate(
        Gauge.builder("tollgate_connections_refused", () -> http.callers().refused())
            .description("Connections that were closed at once, for there were too many."));
    registry.getOrCreate(
        Gauge.builder("tollgate_connections_evicted", () -> http.callers().evicted())
            .description("Idle connections that were closed to make room."));
    registry.getOrCreate(
        Gauge.builder("tollgate_body_bytes", memory::taken)
            .description("Bytes of request bodies in memory."));
    registry.getOrCreate(
        Gauge.builder("tollgate_bodies_refused", memory::refused)
            .description("Requests that were refused, for too many bodies were in memory."));
    registry.getOrCreate(
        Gauge.builder("tollgate_open_streams", open::count).description("Open streams."));
    registry.getOrCreate(
        Gauge.builder("tollgate_running_requests", http::running)
            .description("Requests that are being answered."));
  }
}
