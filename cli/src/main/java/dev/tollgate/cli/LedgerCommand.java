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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `tollgate ledger verify`: asks a gateway whether its books are in order, or checks them together
/// with what was archived.
@Command(name = "ledger", description = "Checks the books.")
public final class LedgerCommand {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private final WholeBooks wholeBooks;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  /// The books of a database and the months that left it, which no gateway can read.
  public interface WholeBooks {
    /// @param archive the folder of the months
    /// @param config settings of 'serve', or null for the folder of 'dev'
    Report verify(Path archive, @Nullable Path config, Path data);
  }

  /// @param violations a line for each
  public record Report(long accounts, long entries, long openHolds, List<String> violations) {
    public Report {
      violations = List.copyOf(violations);
    }
  }

  public LedgerCommand(WholeBooks wholeBooks) {
    this(
        wholeBooks,
        System.getenv(),
        new PrintStream(System.out, true, StandardCharsets.UTF_8),
        new PrintStream(System.err, true, StandardCharsets.UTF_8));
  }

  LedgerCommand(
      WholeBooks wholeBooks, Map<String, String> environment, PrintStream out, PrintStream err) {
    this.wholeBooks = wholeBooks;
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
          Path data,
      @Option(
              names = "--with",
              paramLabel = "FOLDER",
              description =
                  "Months that 'ledger archive' wrote: checks the entries of every tenant together"
                      + " with those, straight in the database.")
          @Nullable Path archive,
      @Option(
              names = "--config",
              paramLabel = "FILE",
              description = "Settings of 'serve', which name the database; only with --with.")
          @Nullable Path config) {
    try {
      if (archive == null && config != null) {
        throw new CommandFailure(
            CommandFailure.USAGE,
            "--config needs --with. Without it a gateway is asked: set TOLLGATE_URL and"
                + " TOLLGATE_ADMIN_TOKEN.");
      }
      Report report =
          archive == null
              ? report(KnownGateway.find(KnownGateway.Use.MANAGEMENT, environment, data))
              : wholeBooks.verify(archive, config, data);
      report.violations().forEach(each -> out.println(Messages.oneLine(each)));
      boolean ok = report.violations().isEmpty();
      out.printf(
          "%s: %d accounts, %d entries, %d open holds, %d violations%n",
          ok ? "ok" : "NOT IN ORDER",
          report.accounts(),
          report.entries(),
          report.openHolds(),
          report.violations().size());
      return ok ? 0 : CommandFailure.FAILED;
    } catch (CommandFailure e) {
      err.println(Messages.error(e.getMessage()));
      return e.exitCode();
    }
  }

  private static Report report(Gateway gateway) {
    try (HttpClient client = gateway.client()) {
      HttpResponse<String> response =
          client.send(
              gateway
                  .request("/api/v1/ledger/verify")
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
      List<String> violations = new ArrayList<>();
      for (JsonNode each : body.path("violations")) {
        violations.add(
            each.path("check").asText()
                + " "
                + each.path("subject").asText()
                + " "
                + each.path("detail").asText());
      }
      return new Report(
          body.path("accounts").asLong(),
          body.path("entries").asLong(),
          body.path("open_holds").asLong(),
          violations);
    } catch (IOException e) {
      throw ConnectionTrouble.explain(KnownGateway.Use.MANAGEMENT, gateway.address(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("The request was interrupted.");
    }
  }
}
