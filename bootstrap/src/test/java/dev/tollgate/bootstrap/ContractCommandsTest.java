package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The commands that are made from the contract, against a running gateway.
class ContractCommandsTest {
  private final TestingGateway gateway = TestingGateway.shared();
  private final TestingCommands commands = new TestingCommands(gateway);

  @Test
  void thePlatformIsManagedByItsName() {
    var prices = commands.run("prices", "list", "--tenant", "platform", "--limit", "1");
    assertThat(prices.status()).as(prices.err()).isZero();
    var models = commands.run("api", "GET", "/models", "--tenant", "platform");
    assertThat(models.status()).as(models.err()).isZero();
    assertThat(models.out()).doesNotContain("sim-small");
    var keys = commands.run("keys", "list", "--tenant", "platform");
    assertThat(keys.status()).isNotZero();
    assertThat(keys.err()).contains("keys.read");
  }

  @Test
  void aKeyLivesFromCreateToRevoke() {
    String project = TestingGateway.unique("cli");
    var made = commands.run("projects", "create", "--name", project, "-o", "json");
    assertThat(made.status()).as(made.err()).isZero();
    String id = TestingGateway.json(made.out()).path("id").asText();

    var created =
        commands.run(
            "keys",
            "create",
            "--name",
            "ci",
            "--project",
            id,
            "--tags",
            "a,b",
            "--metadata",
            "team=search",
            "--budget-limit",
            "5.00",
            "--budget-window",
            "day",
            "-o",
            "json");
    assertThat(created.status()).as(created.err()).isZero();
    JsonNode key = TestingGateway.json(created.out());
    assertThat(key.path("tags")).hasSize(2);
    assertThat(key.path("metadata").path("team").asText()).isEqualTo("search");
    assertThat(key.path("budget").path("limit").asText()).isEqualTo("5.00");
    String keyId = key.path("id").asText();

    var shown = commands.run("keys", "get", keyId);
    assertThat(shown.out()).contains("name").contains("ci").contains("budget.limit");
    var listed = commands.run("keys", "list", "--project", id);
    assertThat(listed.out().lines().toList()).hasSize(2);
    assertThat(listed.out()).startsWith("ID").contains(keyId);

    var cleared = commands.run("keys", "update", keyId, "--clear", "budget", "-o", "json");
    assertThat(TestingGateway.json(cleared.out()).path("budget").isNull()).isTrue();
    var rotated = commands.run("keys", "rotate", keyId, "--overlap", "PT1H", "-o", "json");
    assertThat(TestingGateway.json(rotated.out()).path("key").asText()).startsWith("tgk_");
    assertThat(commands.run("keys", "revoke", keyId).status()).isZero();
    var enabled = commands.run("keys", "enable", keyId);
    assertThat(enabled.status()).isEqualTo(6);
    assertThat(enabled.err()).contains("key_revoked");
    var gone = commands.run("projects", "delete", id);
    assertThat(gone.status()).isZero();
    assertThat(gone.err()).isEqualTo("Done.\n");
  }

  @Test
  void aDryRunChangesNothing() {
    String project = gateway.newProject();
    var ended = commands.run("keys", "create", "--name", "dry", "--project", project, "--dry-run");
    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("dry").doesNotContain("tgk_");
    assertThat(gateway.manage("GET", "/keys?project=" + project, "").path("data")).isEmpty();
  }

  @Test
  void aJobThatGoesOnIsToldOf() {
    var begun = commands.run("ledger", "verify-books", "--wait", "PT0S", "-o", "json");
    assertThat(begun.status()).isZero();
    assertThat(begun.err()).contains("tollgate operations get op_");
    String id = TestingGateway.json(begun.out()).path("operation").path("id").asText();
    assertThat(commands.run("operations", "get", id).out()).contains("VerifyLedger");
  }

  @Test
  void requestsGoAsTheyAre() {
    var listed = commands.run("api", "GET", "/projects?limit=1");
    assertThat(TestingGateway.json(listed.out()).path("data")).hasSize(1);
    var full = commands.run("api", "get", "/api/v1/projects?limit=1");
    assertThat(full.out()).isEqualTo(listed.out());
    var made =
        commands.run(
            "api", "POST", "/projects", "{\"name\":\"" + TestingGateway.unique("raw") + "\"}");
    assertThat(made.status()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "keys get key_00000000000000000000000000|5|There is no such key.",
        "keys create --name x|2|Missing required option: '--project",
        "keys list --limit many|2|limit must be an integer between 1 and 100.",
        "keys list --status asleep|2|status must be active, disabled or revoked.",
        "keys nothing|2|nothing",
        "api Nothing|2|There is no operation 'Nothing'.",
        "api GET keys|2|A path below /api/v1 is needed",
        "api CreateProject nonsense|2|The request must be a JSON object.",
        "api GetKey {}|2|id is required.",
        "models create --name m --deployments nonsense|2|--deployments must be JSON."
      })
  void errorsSayWhatIsWrong(String line, int status, String text) {
    var ended = commands.run(line.split(" "));
    assertThat(ended.err()).contains(text);
    assertThat(ended.status()).isEqualTo(status);
  }

  @Test
  void helpSaysWhatTheContractSays() {
    var help = commands.run("keys", "create", "--help");
    assertThat(help.status()).isZero();
    assertThat(help.out())
        .contains("--budget-window")
        .contains("total|day|week|month|quarter|year")
        .contains("1 to 100 characters")
        .contains("Exit codes");
    assertThat(commands.run("keys", "rotate", "--help").out()).contains("between PT0S and P7D");
    assertThat(commands.run("model-facts", "set", "--help").out())
        .contains("max_tokens|max_completion_tokens");
    assertThat(commands.run("--help").out())
        .contains("budgets", "audit-events", "operations", "api");
    assertThat(commands.run("keys").status()).isEqualTo(2);
  }
}
