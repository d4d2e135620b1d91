package dev.tollgate.bootstrap;

import dev.tollgate.cli.ChatCommand;
import dev.tollgate.cli.LedgerCommand;
import dev.tollgate.cli.TollgateCommand;

/// The program: server and command line in one.
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Logs.keepUntilTheEnd();
    System.exit(
        TollgateCommand.create(
                new DevCommand(),
                new ServeCommand(),
                new InitCommand(),
                new PostgresCommand(),
                new ChatCommand(),
                new LedgerCommand())
            .execute(args));
  }
}
