package dev.tollgate.bootstrap;

import dev.tollgate.cli.ContractCommands;
import dev.tollgate.cli.TollgateCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;

/// Runs commands of the contract in this process, as `./tollgate` would.
final class TestingCommands {
  private final Map<String, String> environment;

  TestingCommands(TestingGateway gateway) {
    environment =
        Map.of("TOLLGATE_URL", gateway.url(), "TOLLGATE_ADMIN_TOKEN", gateway.adminToken());
  }

  /// What a command left behind.
  record Ended(int status, String out, String err) {}

  /// Not for two threads at once: it takes the streams of the process.
  synchronized Ended run(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream ours = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    System.setOut(new PrintStream(ours, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    try {
      CommandLine line = TollgateCommand.create();
      new ContractCommands(environment).addTo(line);
      int status = line.execute(arguments);
      return new Ended(
          status, ours.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
