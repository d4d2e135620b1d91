package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.domain.secrets.TestingCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// grpcurl runs the scripts of docs/grpcurl, and Python's grpcio speaks to the same ports, with TLS
/// where it is served. Both are installed from the network, so this runs with `-Pclients` only.
@EnabledIfSystemProperty(named = "tollgate.clients", matches = "true")
class GrpcClientsTest {
  private static final Path FOLDER = Path.of("target/clients").toAbsolutePath();
  private static final Path SCRIPTS = Path.of("../docs/grpcurl").toAbsolutePath().normalize();
  private static final TestingClient CLIENT = new TestingClient(FOLDER);
  private static TestingGateway gateway;
  private static ServeNode secure;
  private static Path certificate;

  @BeforeAll
  static void start() throws Exception {
    Path data = Files.createTempDirectory("tollgate-clients");
    gateway = TestingGateway.start(data);
    certificate = data.resolve("tls.crt");
    Path key = data.resolve("tls.key");
    TestingCertificate.create(data, "gateway", "EC").write(certificate, key);
    secure =
        ServeNode.start(
            gateway.ofNodeBeside(
                data,
                """
                http: {host: 127.0.0.1, port: 0, ops_port: 0}
                grpc: {port: 0, tls: {certificate: "%s", key: "%s"}}
                """
                    .formatted(certificate, key)));
    install();
  }

  @AfterAll
  static void stop() {
    secure.close();
    gateway.close();
  }

  private static void install() throws Exception {
    Files.createDirectories(FOLDER);
    if (!Files.exists(FOLDER.resolve("grpcurl"))) {
      CLIENT.run(
          Map.of("GOBIN", FOLDER.toString()),
          "go",
          "install",
          "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3");
    }
    if (!Files.exists(FOLDER.resolve("py/bin/python"))) {
      CLIENT.run(Map.of(), "python3", "-m", "venv", "py");
    }
    CLIENT.run(
        Map.of(),
        "py/bin/pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "grpcio==1.85.3",
        "grpcio-reflection==1.85.1",
        "grpcio-status==1.85.1");
  }

  enum Server {
    NETTY,
    NETTY_WITH_TLS,
    HELIDON;

    int port() {
      return switch (this) {
        case NETTY -> gateway.dev().grpcPort();
        case NETTY_WITH_TLS -> secure.grpcPort().orElseThrow();
        case HELIDON -> gateway.dev().helidonGrpcPort();
      };
    }
  }

  private static Map<String, String> environment(Server server) {
    Map<String, String> all = new HashMap<>();
    all.put("TOLLGATE_GRPC", "127.0.0.1:" + server.port());
    if (server == Server.NETTY_WITH_TLS) {
      all.put("TOLLGATE_TLS", "1");
      // Where programs in Go and OpenSSL look for whom to trust.
      all.put("SSL_CERT_FILE", certificate.toString());
    }
    all.put("TOLLGATE_ADMIN_TOKEN", gateway.adminToken());
    all.put("PATH", FOLDER + ":" + System.getenv("PATH"));
    return all;
  }

  private static String script(Server server, String name, String... arguments) throws Exception {
    String[] command = new String[arguments.length + 1];
    command[0] = SCRIPTS.resolve(name).toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return CLIENT.run(environment(server), command);
  }

  @ParameterizedTest
  @EnumSource
  void administratorsScriptsWork(Server server) throws Exception {
    String project = gateway.newProject();
    // An argument is a text, whatever it looks like.
    String name = "x\",\"tags\":[\"a\"],\"c\":\"\\ \u00e9 $HOME";
    JsonNode key = TestingGateway.json(script(server, "create-key.sh", project, name, "5.00"));
    assertThat(key.path("name").asText()).isEqualTo(name);
    assertThat(key.path("tags")).isEmpty();
    assertThat(key.path("key").asText()).startsWith("tgk_");
    assertThat(key.path("budget").path("limit").asText()).isEqualTo("5.00");

    JsonNode raise =
        TestingGateway.json(
            script(
                server,
                "raise-budget.sh",
                key.path("budget").path("id").asText(),
                "10.00",
                "2099-01-31T00:00:00Z",
                "a \"test\""));
    assertThat(raise.toString()).contains("10.00");

    for (int i = 0; i < 3; i++) {
      gateway.call(
          "/v1/chat/completions",
          key.path("key").asText(),
          "{\"model\":\"sim-small\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
    }
    String calls = script(server, "export-calls.sh", key.path("id").asText());
    assertThat(calls.split("\"requested_model\"|\"requestedModel\"|\"status\""))
        .hasSizeGreaterThan(3);

    JsonNode books = TestingGateway.json(script(server, "verify-books.sh"));
    assertThat(books.path("ok").asBoolean()).isTrue();
    String operation = books.path("operation").path("id").asText();
    assertThat(script(server, "follow-operation.sh", operation)).contains("OPERATION_STATE_DONE");
  }

  @ParameterizedTest
  @EnumSource
  void pythonsClientWorks(Server server) throws Exception {
    gateway.call(
        "/v1/chat/completions",
        gateway.demoKey(),
        "{\"model\":\"sim-small\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
    String said =
        CLIENT.run(
            environment(server),
            "py/bin/python",
            Path.of("src/test/python/management.py").toAbsolutePath().toString());
    assertThat(said).contains("all well");
  }
}
