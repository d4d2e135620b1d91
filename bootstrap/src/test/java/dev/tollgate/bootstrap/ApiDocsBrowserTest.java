package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.proto.Operation;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// `/docs/api` in Debian's chromium, which enforces the page's content security policy. It has to
/// be installed, so this runs with `-Pclients` only.
@EnabledIfSystemProperty(named = "tollgate.clients", matches = "true")
class ApiDocsBrowserTest {
  private static final TestingGateway GATEWAY = TestingGateway.shared();

  @TempDir private Path folder;

  @Test
  void theBrowserShowsEveryServiceAndComplainsOfNothing() throws Exception {
    String said =
        new TestingClient(folder)
            .run(
                Map.of(),
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--enable-logging=stderr",
                "--user-data-dir=" + folder.resolve("profile"),
                "--virtual-time-budget=30000",
                "--dump-dom",
                GATEWAY.url() + "/docs/api");
    for (var service : Operation.services()) {
      assertThat(said).contains("operations-tag-" + service.getName().replaceFirst("Service$", ""));
    }
    assertThat(said).doesNotContain("Content Security Policy").doesNotContain("CONSOLE");
  }
}
