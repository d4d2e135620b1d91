package dev.tollgate.bootstrap;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.tollgate.bootstrap.wiring.ProviderKinds;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.ProviderProbe;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.KeyCheck;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.http.server.HttpSettings.Door;
import dev.tollgate.http.server.ListenerTls;
import dev.tollgate.persistence.catalog.PostgresCatalog;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.DatabaseCheckup;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.Migrations;
import dev.tollgate.persistence.tenancy.Founding;
import dev.tollgate.providers.gateway.ProviderGateway;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Looks at everything that a node needs, and changes nothing.
final class Doctor {
  private static final long ENOUGH_FILES = 16_384;
  private static final long FEW_FILES = 1_024;
  private static final long GIB = 1L << 30;
  private static final Duration CLOCK_WARNING = Duration.ofSeconds(1);
  private static final int FEW_DAYS = 3;
  private static final int ASK_MILLIS = 1_000;

  private final List<Finding> findings = new ArrayList<>();
  private final Patient patient;

  /// What is looked at.
  ///
  /// @param database null when it is not running
  /// @param keysCure what to do when there are no master keys
  /// @param ports by the name of what sets them
  /// @param disk a folder on the disk that it writes to
  /// @param asksProviders whether each provider is asked whether its credential works
  record Patient(
      @Nullable DatabaseConfig database,
      Path keysFile,
      String keysCure,
      String databaseCure,
      String host,
      Map<String, Integer> ports,
      Map<Door, ListenerTls> tls,
      Path disk,
      boolean asksProviders) {}

  Doctor(Patient patient) {
    this.patient = patient;
  }

  List<Finding> examine() {
    versions();
    files();
    disk();
    patient.ports().forEach(this::port);
    patient.tls().forEach(this::certificate);
    MasterKeys keys = keys();
    DatabaseConfig config = patient.database();
    if (config == null) {
      findings.add(Finding.warning("database", "is not running", "Start it: ./tollgate dev"));
    } else {
      database(config, keys);
    }
    return List.copyOf(findings);
  }

  private void versions() {
    findings.add(
        Finding.ok(
            "versions", "Java " + Runtime.version() + " on " + System.getProperty("os.name")));
  }

  private void files() {
    long most =
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
            ? unix.getMaxFileDescriptorCount()
            : ENOUGH_FILES;
    String text = most + " files may be open";
    if (most >= ENOUGH_FILES) {
      findings.add(Finding.ok("file limit", text));
    } else {
      String cure = "Raise it: ulimit -n " + ENOUGH_FILES + ", or LimitNOFILE of the service.";
      findings.add(
          most < FEW_FILES
              ? Finding.fault("file limit", text, cure)
              : Finding.warning("file limit", text, cure));
    }
  }

  private void disk() {
    try {
      long free = Files.getFileStore(patient.disk()).getUsableSpace();
      String text = free / (1 << 20) + " MiB free at " + patient.disk();
      String cure = "Make room, or put the folder on another disk.";
      findings.add(
          free >= 2 * GIB
              ? Finding.ok("disk", text)
              : free >= GIB / 4
                  ? Finding.warning("disk", text, cure)
                  : Finding.fault("disk", text, cure));
    } catch (IOException e) {
      findings.add(
          Finding.fault("disk", patient.disk() + " cannot be read", "Name a folder that exists."));
    }
  }

  private void port(String name, int port) {
    String check = "port " + port;
    if (port == 0) {
      findings.add(Finding.ok(check, "any free one (" + name + ")"));
      return;
    }
    if (Ports.isFree(patient.host(), port)) {
      findings.add(Finding.ok(check, "is free (" + name + ")"));
    } else if (!Ports.isFree(patient.host(), 0)) {
      findings.add(
          Finding.fault(
              check,
              patient.host() + " is no address of this machine (" + name + ")",
              "Correct http.host."));
    } else if (isTollgate(port)) {
      findings.add(Finding.ok(check, "a Tollgate listens there (" + name + ")"));
    } else {
      findings.add(
          Finding.warning(
              check,
              "is in use (" + name + ")",
              "If it is not a Tollgate that listens there, stop that or set another port."));
    }
  }

  /// Whether what listens there answers as one does. Under TLS that is not found out.
  private boolean isTollgate(int port) {
    String host = patient.host().equals("0.0.0.0") ? "127.0.0.1" : patient.host();
    try {
      URLConnection asked =
          new URI("http", null, host, port, "/", null, null).toURL().openConnection(Proxy.NO_PROXY);
      asked.setConnectTimeout(ASK_MILLIS);
      asked.setReadTimeout(ASK_MILLIS);
      String id = asked.getHeaderField("x-request-id");
      return id != null && id.startsWith("call_");
    } catch (IOException | URISyntaxException e) {
      return false;
    }
  }

  private void certificate(Door door, ListenerTls tls) {
    String check = "certificate of " + door.name().toLowerCase(Locale.ROOT);
    try {
      tls.create();
      findings.add(Finding.ok(check, tls.certificate() + " and its key can be used"));
    } catch (IllegalArgumentException e) {
      findings.add(
          Finding.fault(
              check, withoutStop(e.getMessage()), "Correct the files, or the settings of them."));
    }
  }

  /// A text is followed by one.
  static String withoutStop(@Nullable String text) {
    String own = String.valueOf(text);
    return own.endsWith(".") ? own.substring(0, own.length() - 1) : own;
  }

  private @Nullable MasterKeys keys() {
    Path file = patient.keysFile();
    if (!Files.exists(file)) {
      findings.add(Finding.fault("master keys", "there is no file " + file, patient.keysCure()));
      return null;
    }
    try {
      MasterKeys keys = MasterKeys.of(file, new SecureRandom());
      findings.add(Finding.ok("master keys", file + " is its owner's alone and complete"));
      return keys;
    } catch (StartFailure e) {
      findings.add(Finding.fault("master keys", String.valueOf(e.getMessage()), ""));
      return null;
    }
  }

  private void database(DatabaseConfig config, @Nullable MasterKeys keys) {
    DatabaseCheckup checkup = new DatabaseCheckup(config);
    boolean reachable = true;
    for (Role role : Role.values()) {
      String fault = checkup.faultOf(role);
      reachable &= fault.isEmpty();
      findings.add(
          fault.isEmpty()
              ? Finding.ok("role " + role.user(), "connects, with no more than its rights")
              : Finding.fault(
                  "role " + role.user(),
                  withoutStop(fault),
                  fault.startsWith("cannot connect")
                      ? patient.databaseCure()
                      : "Take that from the role: alter role "
                          + role.user()
                          + " nosuperuser nobypassrls nocreaterole nocreatedb noreplication"));
    }
    if (!reachable) {
      return;
    }
    try {
      schema(checkup, config, keys);
    } catch (SQLException | StoreUnavailable e) {
      findings.add(
          Finding.fault(
              "database", String.valueOf(e.getMessage()), "Look into the log of PostgreSQL."));
    }
  }

  private void schema(DatabaseCheckup checkup, DatabaseConfig config, @Nullable MasterKeys keys)
      throws SQLException {
    String version = checkup.schemaVersion();
    Duration offset = checkup.clockOffset();
    String clock =
        "is "
            + offset.abs().toMillis()
            + " ms "
            + (offset.isNegative() ? "behind" : "ahead of")
            + " the database's";
    findings.add(
        offset.abs().compareTo(CLOCK_WARNING) < 0
            ? Finding.ok("clock", clock)
            : Finding.warning("clock", clock, "Have this machine's clock set by NTP."));
    if (version == null) {
      findings.add(
          Finding.ok(
              "schema",
              "none yet; the first node makes it (PostgreSQL " + checkup.serverVersion() + ")"));
      return;
    }
    String own = Migrations.LATEST;
    String text =
        "version "
            + version
            + ", this program knows "
            + own
            + " (PostgreSQL "
            + checkup.serverVersion()
            + ")";
    findings.add(
        version.equals(own)
            ? Finding.ok("schema", text)
            : Finding.warning(
                "schema",
                text,
                version.compareTo(own) < 0
                    ? "The next node of this version that starts brings it up to date; the rest is"
                        + " looked at then."
                    : "Nodes of two versions may run together for an upgrade only."));
    if (version.compareTo(own) < 0) {
      return;
    }
    grants(checkup);
    int days = checkup.daysAhead();
    findings.add(
        days >= FEW_DAYS
            ? Finding.ok("partitions", "for " + days + " days")
            : Finding.fault(
                "partitions",
                "for " + days + " days only",
                "Start a node, and look for what locks the tables of calls."));
    if (keys != null) {
      check(keys, config);
    }
  }

  private void grants(DatabaseCheckup checkup) throws SQLException {
    List<String> excessive = checkup.excessiveGrants();
    List<String> missing = checkup.missingGrants();
    if (!excessive.isEmpty()) {
      findings.add(
          Finding.fault(
              "grants",
              String.join(", ", excessive),
              "Revoke what is granted; switch row-level security on, or drop the policy."));
    }
    if (!missing.isEmpty()) {
      findings.add(
          Finding.fault(
              "grants", "no role was told that " + String.join(", ", missing), "Grant them anew."));
    }
    if (excessive.isEmpty() && missing.isEmpty()) {
      findings.add(Finding.ok("grants", "those of the migrations, no more and no less"));
    }
  }

  private void check(MasterKeys keys, DatabaseConfig config) throws SQLException {
    Founding founding = new Founding(config);
    KeyCheck kept = founding.keyCheck();
    boolean fits = kept == null || kept.fits(keys.pepper(), keys.kms());
    findings.add(
        fits
            ? Finding.ok("keys and database", "belong together")
            : Finding.fault(
                "keys and database",
                "the master keys are not those that this database was filled under",
                "Restore the file " + patient.keysFile() + " from a backup."));
    Optional<TenantId> tenant = founding.existingTenant();
    if (fits && tenant.isPresent()) {
      providers(keys, config, tenant.get());
    }
  }

  private void providers(MasterKeys keys, DatabaseConfig config, TenantId tenant) {
    try (Database database = new Database(config)) {
      PostgresCatalog catalog = new PostgresCatalog(database);
      ProviderGateway gateway =
          new ProviderGateway(
              catalog,
              new CredentialVault(keys.kms(), new SecureRandom()),
              ProviderKinds.vendors(),
              Clock.systemUTC());
      for (Provider each : catalog.providers(tenant)) {
        if (each.kind() != ProviderKind.SIMULATED && patient.asksProviders()) {
          provider(each, gateway.probe(each));
        }
      }
    }
  }

  private void provider(Provider provider, ProviderProbe.Result result) {
    String check = "provider " + provider.name();
    switch (result) {
      case ProviderProbe.Result.Works works ->
          findings.add(Finding.ok(check, "takes its credential; models: " + works.models().size()));
      case ProviderProbe.Result.Fails fails ->
          findings.add(
              Finding.warning(
                  check,
                  withoutStop(fails.failure().message()),
                  fails.failure().kind() == Failure.Kind.AUTH
                          || fails.failure().kind() == Failure.Kind.BILLING_STOP
                      ? "PATCH /api/v1/providers/" + provider.id() + " changes its credential."
                      : "Check its base_url, and whether this machine reaches it."));
    }
  }
}
