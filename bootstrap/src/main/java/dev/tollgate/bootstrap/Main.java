package dev.tollgate.bootstrap;

import dev.tollgate.cli.ChatCommand;
import dev.tollgate.cli.ContractCommands;
import dev.tollgate.cli.LedgerCommand;
import dev.tollgate.cli.TollgateCommand;
import dev.tollgate.cli.VersionCommand;
import java.util.Set;
import picocli.CommandLine;

/// The program: server and command line in one.
public final class Main {
  private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";

  /// Commands that start faster without those of the contract.
  private static final Set<String> BY_HAND =
      Set.of("version", "dev", "serve", "init", "doctor", "postgres", "chat");

  private Main() {}

  public static void main(String[] args) {
    leaveACore();
    Logs.keepUntilTheEnd();
    CommandLine line =
        TollgateCommand.create(
            new CommandLine.HelpCommand(),
            new VersionCommand(),
            new DevCommand(),
            new ServeCommand(),
            new InitCommand(),
            new DoctorCommand(),
            new PostgresCommand(),
            new ChatCommand(),
            ledger());
    if (args.length == 0 || !BY_HAND.contains(args[0])) {
      new ContractCommands(System.getenv()).addTo(line);
    }
    System.exit(line.execute(args));
  }

  private static CommandLine ledger() {
    return new CommandLine(new LedgerCommand(OperatorDatabase::verify))
        .addSubcommand(new ArchiveCommand());
  }

  /// One core is left to the ledger's writer, the collector and the compiler. With as many carriers
  /// as cores these and the calls take each other's core away, at a quarter of the CPU of a call on
  /// two cores (docs/performance.md). Must come before the first virtual thread.
  private static void leaveACore() {
    if (System.getProperty(CARRIERS) == null) {
      int cores = Runtime.getRuntime().availableProcessors();
      System.setProperty(CARRIERS, String.valueOf(Math.max(1, cores - 1)));
    }
  }
}
