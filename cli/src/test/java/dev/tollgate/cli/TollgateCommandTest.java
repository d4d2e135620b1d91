package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class TollgateCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void printsUsageWithoutASubcommand() {
    assertThat(run(Map.of(), "")).isEqualTo(2);
    assertThat(out.toString()).startsWith("Usage: tollgate").contains("chat", "fail");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void helpsWithEveryCommand() {
    assertThat(run(Map.of(), "", "chat", "--help")).isZero();
    assertThat(out.toString())
        .startsWith("Usage: tollgate chat")
        .contains(
            "Sends a prompt through the gateway", "--[no-]stream", "sim-small", "Exit codes:");
  }

  @Test
  void tellsTheVersion() {
    assertThat(run(Map.of(), "", "--version")).isZero();
    assertThat(out.toString()).isEqualToIgnoringNewLines("tollgate development");
  }

  @Test
  void refusesUnknownOptions() {
    assertThat(run(Map.of(), "", "chat", "--modle", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("Unknown option: '--modle'");
  }

  @Test
  void refusesUnknownCommands() {
    assertThat(run(Map.of(), "", "chta")).isEqualTo(2);
    assertThat(err.toString()).contains("chta").contains("tollgate chat");
  }

  @Test
  void hasNoHelpForUnknownCommands() {
    assertThat(run(Map.of(), "", "chta", "--help")).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString()).contains("chta").contains("tollgate chat");
  }

  @Test
  void turnsAnExceptionIntoOneLine() {
    assertThat(run(Map.of(), "The port\nis taken.", "fail")).isEqualTo(1);
    assertThat(err.toString()).isEqualToIgnoringNewLines("tollgate: The port is taken.");
    assertThat(err.toString()).hasLineCount(1);
  }

  @Test
  void namesAnExceptionWithoutAMessage() {
    assertThat(run(Map.of(), null, "fail")).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToIgnoringNewLines("tollgate: java.lang.IllegalStateException");
  }

  @Test
  void addsTheStackTraceForDebugging() {
    assertThat(run(Map.of("TOLLGATE_DEBUG", "1"), "Oops.", "fail")).isEqualTo(1);
    assertThat(err.toString()).startsWith("tollgate: Oops.").contains("\tat dev.tollgate");
  }

  private int run(Map<String, String> environment, @Nullable String failure, String... arguments) {
    CommandLine line =
        TollgateCommand.forEnvironment(environment, new ChatCommand(), new Failing(failure));
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return line.execute(arguments);
  }

  @Command(name = "fail", description = "Fails.")
  private static final class Failing implements Callable<Integer> {
    private final @Nullable String message;

    private Failing(@Nullable String message) {
      this.message = message;
    }

    @Override
    public Integer call() {
      throw new IllegalStateException(message);
    }
  }
}
