package dev.tollgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `tollgate ledger verify`: asks a gateway whether its books are in order.
@Command(name = "ledger", description = "Checks the books.")
public final class LedgerCommand {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  public LedgerCommand() {
    this(
        System.getenv(),
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8));
  }

  LedgerCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /// Exits with 0 when nothing is wrong, with 1 when something is or could not be asked.
  @Command(
      name = "verify",
      description =
          "Recomputes every account, roll-up, entry and hash of the tenant and says what is wrong.")
  int verify(
      @Option(
              names = "--data",
              paramLabel = "FOLDER",
              defaultValue = ".tollgate",
              description = {
                "Where 'tollgate dev' left dev.env, which is not looked at when TOLLGATE_URL and"
                    + " TOLLGATE_ADMIN_TOKEN are both set.",
                "Default: ${DEFAULT-VALUE}"
              })
          Path data) {
    try {
      JsonNode report = report(KnownGateway.find(KnownGateway.Use.MANAGEMENT, environment, data));
      for (JsonNode each : report.path("violations")) {
        out.println(
            Messages.oneLine(
                each.path("check").asText()
                    + " "
                    + each.path("subject").asText()
                    + " "
                    + each.path("detail").asText()));
      }
      boolean ok = report.path("ok").asBoolean(false);
      out.printf(
          "%s: %d accounts, %d entries, %d open holds, %d violations%n",
          ok ? "ok" : "NOT IN ORDER",
          report.path("accounts").asLong(),
          report.path("entries").asLong(),
          report.path("open_holds").asLong(),
          report.path("violations").size());
      return ok ? 0 : CommandFailure.FAILED;
    } catch (CommandFailure e) {
      err.println(Messages.error(e.getMessage()));
      return e.exitCode();
    }
  }

  private static JsonNode report(Gateway gateway) {
    try (HttpClient client = gateway.client()) {
      HttpResponse<String> response =
          client.send(
              gateway
                  .post("/api/v1/ledger/verify")
                  .timeout(LIMIT)
                  .POST(BodyPublishers.ofString("{}"))
                  .build(),
              BodyHandlers.ofString());
      JsonNode body = new ObjectMapper().readTree(response.body());
      if (response.statusCode() != 200) {
        throw CommandFailure.failed(
            gateway.redact(body.path("detail").asText("the gateway answered with an error"))
                + " (HTTP "
                + response.statusCode()
                + ")");
      }
      return body;
    } catch (IOException e) {
      throw ConnectionTrouble.explain(gateway.address(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("The request was interrupted.");
    }
  }
}
