package dev.tollgate.bootstrap;

import picocli.CommandLine;

/// The program: server and command line in one.
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new DevCommand()).execute(args));
  }
}
