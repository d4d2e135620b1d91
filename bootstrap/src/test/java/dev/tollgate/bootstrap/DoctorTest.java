package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.bootstrap.Finding.Level;
import dev.tollgate.http.server.HttpSettings.Door;
import dev.tollgate.http.server.ListenerTls;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each line of the report, well and unwell.
class DoctorTest {
  private final TestingGateway gateway = TestingGateway.shared();
  private @TempDir Path folder;
  private Path keys;

  @BeforeEach
  void setUp() {
    keys = folder.resolve("master.keys");
    MasterKeys.of(keys, new SecureRandom());
  }

  @Test
  void aHealthyDatabaseIsWellInEveryPoint() {
    List<Finding> findings = examine(gateway.dev().database(), Map.of("http.port", 0));

    for (String check :
        List.of(
            "versions",
            "disk",
            "port 0",
            "master keys",
            "role tollgate_migrator",
            "role tollgate_app",
            "role tollgate_ledger",
            "clock",
            "schema",
            "grants",
            "partitions")) {
      assertThat(level(findings, check)).as(check).isEqualTo(Level.OK);
    }
  }

  @Test
  void otherKeysAreAFault() {
    List<Finding> findings = examine(gateway.dev().database(), Map.of());

    assertThat(level(findings, "keys and database")).isEqualTo(Level.FAULT);
    assertThat(findings).noneMatch(each -> each.check().startsWith("provider "));
  }

  @Test
  void keysThatAreMissingOrOpenAreAFault() throws Exception {
    Files.writeString(keys, "nonsense");
    assertThat(level(examine(null, Map.of()), "master keys")).isEqualTo(Level.FAULT);
    Files.delete(keys);
    List<Finding> findings = examine(null, Map.of());
    assertThat(level(findings, "master keys")).isEqualTo(Level.FAULT);
    assertThat(level(findings, "database")).isEqualTo(Level.WARNING);
  }

  @Test
  void aWrongPasswordIsAFaultAndNeverShown() {
    DatabaseConfig real = gateway.dev().database();
    Map<Role, String> passwords = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      passwords.put(role, role == Role.APP ? "wrong-password" : real.password(role));
    }

    List<Finding> findings = examine(new DatabaseConfig(real.url(), passwords), Map.of());

    assertThat(level(findings, "role tollgate_app")).isEqualTo(Level.FAULT);
    assertThat(level(findings, "role tollgate_ledger")).isEqualTo(Level.OK);
    assertThat(findings.toString()).doesNotContain("wrong-password");
  }

  @Test
  void aPortThatIsTakenIsAWarning() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertThat(level(examine(null, Map.of("http.port", port)), "port " + port))
          .isEqualTo(Level.WARNING);
    }
  }

  @Test
  void theNodeItselfIsNoWarning() {
    for (int port : List.of(gateway.dev().port(), gateway.dev().opsPort())) {
      Finding found = find(examine(null, Map.of("http.port", port)), "port " + port);

      assertThat(found.level()).isEqualTo(Level.OK);
      assertThat(found.text()).contains("a Tollgate listens there");
    }
  }

  @Test
  void anAddressOfNoInterfaceIsAFault() {
    Finding port =
        find(examine(null, Map.of("http.port", 8_080), "192.0.2.1", Map.of()), "port 8080");

    assertThat(port.level()).isEqualTo(Level.FAULT);
    assertThat(port.text()).contains("192.0.2.1 is no address of this machine");
  }

  @Test
  void aCertificateThatCannotBeUsedIsAFault() {
    ListenerTls tls = new ListenerTls(folder.resolve("tls.crt"), keys, null);
    Finding certificate =
        find(examine(null, Map.of(), "127.0.0.1", Map.of(Door.CALLS, tls)), "certificate of calls");

    assertThat(certificate.level()).isEqualTo(Level.FAULT);
    assertThat(certificate.text()).contains("tls.crt");
  }

  @Test
  void aRightTooFewIsAFault() throws Exception {
    gateway.sql("revoke select on tollgate.raise from tollgate_app");
    try {
      Finding grants = find(examine(gateway.dev().database(), Map.of()), "grants");

      assertThat(grants.level()).isEqualTo(Level.FAULT);
      assertThat(grants.text()).contains("tollgate_app may select raise");
    } finally {
      gateway.sql("grant select on tollgate.raise to tollgate_app");
    }
  }

  @Test
  void aRightTooManyIsAFault() throws Exception {
    gateway.sql("grant update on tollgate.entry to tollgate_app");
    try {
      Finding grants = find(examine(gateway.dev().database(), Map.of()), "grants");

      assertThat(grants.level()).isEqualTo(Level.FAULT);
      assertThat(grants.text()).contains("tollgate_app may update entry");
    } finally {
      gateway.sql("revoke update on tollgate.entry from tollgate_app");
    }
  }

  @Test
  void aProvidersMessageIsOneLine() {
    Finding finding =
        Finding.fault("provider x", "401: no\r\nok       \u001b[31mred\u202e", "Change it.");

    assertThat(DoctorCommand.line(finding))
        .isEqualTo("fault    provider x: 401: no ok        [31mred . Change it.");
  }

  @Test
  void aPathInACureIsOneWord() {
    assertThat(Shell.word(Path.of("/a/b-1.keys"))).isEqualTo("/a/b-1.keys");
    assertThat(Shell.word(Path.of("/a b/it's"))).isEqualTo("'/a b/it'\\''s'");
  }

  private List<Finding> examine(@Nullable DatabaseConfig database, Map<String, Integer> ports) {
    return examine(database, ports, "127.0.0.1", Map.of());
  }

  private List<Finding> examine(
      @Nullable DatabaseConfig database,
      Map<String, Integer> ports,
      String host,
      Map<Door, ListenerTls> tls) {
    return new Doctor(
            new Doctor.Patient(
                database, keys, "Make them.", "Start it.", host, ports, tls, folder, false))
        .examine();
  }

  private static Level level(List<Finding> findings, String check) {
    return find(findings, check).level();
  }

  private static Finding find(List<Finding> findings, String check) {
    return findings.stream()
        .filter(each -> each.check().equals(check))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + check + " in " + findings));
  }
}
