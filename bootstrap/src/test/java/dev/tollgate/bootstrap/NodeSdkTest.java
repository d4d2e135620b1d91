package dev.tollgate.bootstrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// The official Node SDKs, in a Node of their own. They are installed from the network, so this
/// runs with `-Psdk-node` only.
@EnabledIfSystemProperty(named = "tollgate.sdk.node", matches = "true")
class NodeSdkTest {
  private static final Path SOURCES = Path.of("src/test/node");
  private static final Path FOLDER = Path.of("target/sdk-node");
  private static final TestingClient CLIENT = new TestingClient(FOLDER);

  private final TestingGateway gateway = TestingGateway.shared();

  @Test
  void theOfficialSdksWork() throws IOException, InterruptedException {
    Files.createDirectories(FOLDER);
    for (String name : List.of("package.json", "package-lock.json", "sdk.test.mjs")) {
      Files.copy(SOURCES.resolve(name), FOLDER.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    CLIENT.run(Map.of(), "npm", "ci", "--no-audit", "--no-fund");
    String project = gateway.newProject();
    CLIENT.run(
        Map.of(
            "TOLLGATE_URL", gateway.url(),
            "TOLLGATE_KEY", secret(project, ""),
            "TOLLGATE_LIMITED_KEY", secret(project, "\"models\":[\"sim-small\"]")),
        "node",
        "--test",
        "sdk.test.mjs");
  }

  private String secret(String project, String more) {
    return gateway.newKey(project, more).path("key").asText();
  }
}
