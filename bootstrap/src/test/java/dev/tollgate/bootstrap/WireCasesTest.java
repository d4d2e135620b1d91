package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Exchanges between a caller, the gateway and a scripted provider, each with what must reach the
/// provider, what must come back, and what the call's record must say. The runner is Python's, so
/// this runs with `-Pclients` only.
@EnabledIfSystemProperty(named = "tollgate.clients", matches = "true")
class WireCasesTest {
  private static final Path FOLDER = Path.of("src/test/resources/wire").toAbsolutePath();

  /// Errors that Tollgate finds itself. Those of a provider of another dialect need a translation.
  private static final List<String> OWN_ERRORS = List.of("er-50", "er-53");

  @Test
  void theSameDialectPassesThrough() throws Exception {
    assertThat(run("passthrough")).contains("26 passed, 0 failed");
  }

  @Test
  void ownErrorsAreInTheCallersDialect() throws Exception {
    assertThat(run(OWN_ERRORS.toArray(String[]::new))).contains("2 passed, 0 failed");
  }

  private static String run(String... only) throws Exception {
    Path data = Files.createTempDirectory("tollgate-wire");
    TestingGateway gateway = TestingGateway.start(data);
    try {
      List<String> command = new ArrayList<>(List.of("python3", "run.py"));
      for (String each : only) {
        command.addAll(List.of("--only", each));
      }
      return new TestingClient(FOLDER)
          .run(
              Map.of("TOLLGATE_URL", gateway.url(), "TOLLGATE_ADMIN_TOKEN", gateway.adminToken()),
              command.toArray(String[]::new));
    } finally {
      gateway.close();
    }
  }
}
