package dev.tollgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.proto.Operation;
import java.io.PrintStream;
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
  private static final Duration PAUSE = Duration.ofMillis(500);

  /// The answer is waited for as long as a gateway waits.
  private static final Map<String, String> PATIENTLY = Map.of("wait", "PT5M");

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

  /// Exits with 0 when nothing is wrong, with 1 when something is; when the gateway refuses, with
  /// what its reason says.
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
      Report report = archive == null ? report(data) : wholeBooks.verify(archive, config, data);
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

  private Report report(Path data) {
    JsonNode body = verified(new Management(environment), data);
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
  }

  /// What was found, however long it takes: large books become an operation that is followed.
  private static JsonNode verified(Management management, Path data) {
    ObjectNode nothing = JsonNodeFactory.instance.objectNode();
    JsonNode body = management.ask(call("VerifyLedger", nothing, PATIENTLY), data);
    JsonNode operation = body.path("operation");
    if (!isRunning(operation)) {
      return body;
    }
    ObjectNode followed = nothing.put("id", operation.path("id").asText());
    while (isRunning(operation)) {
      pause();
      operation = management.ask(call("GetOperation", followed, Map.of()), data);
    }
    if (operation.hasNonNull("error")) {
      throw CommandFailure.failed(operation.at("/error/detail").asText());
    }
    return operation.path("result");
  }

  private static RestCall call(String name, ObjectNode members, Map<String, String> parameters) {
    return RestCall.of(Operation.named(name).orElseThrow(), members, parameters, Map.of());
  }

  private static boolean isRunning(JsonNode operation) {
    return operation.path("state").asText().equals("running");
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("The request was interrupted.");
    }
  }
}
