package dev.tollgate.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command `tollgate` itself: the root of all others, which says what there is when it is
/// called alone.
@Command(
    name = "tollgate",
    description = "The LLM gateway that keeps the books.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = ManifestVersion.class)
public final class TollgateCommand implements Callable<Integer> {
  private static final String DEBUG = "TOLLGATE_DEBUG";

  @Spec private @Nullable CommandSpec spec;

  private TollgateCommand() {}

  /// The whole command line.
  ///
  /// @param subcommands objects of classes with a `@Command` that has a name
  public static CommandLine create(Object... subcommands) {
    return forEnvironment(System.getenv(), subcommands);
  }

  static CommandLine forEnvironment(Map<String, String> environment, Object... subcommands) {
    CommandLine line = new CommandLine(new TollgateCommand());
    for (Object subcommand : subcommands) {
      line.addSubcommand(subcommand);
    }
    // A prompt may begin with an @ and is not meant to name a file of arguments.
    line.setExpandAtFiles(false);
    line.setExecutionStrategy(TollgateCommand::run);
    boolean debug = "1".equals(environment.get(DEBUG));
    line.setExecutionExceptionHandler((e, failed, _) -> explain(e, failed, debug));
    return line;
  }

  /// Help of a command that does not exist is not that of the one before it.
  private static int run(ParseResult parsed) {
    ParseResult last = parsed;
    while (last.hasSubcommand()) {
      last = last.subcommand();
    }
    if (!last.unmatched().isEmpty()) {
      throw new UnmatchedArgumentException(last.commandSpec().commandLine(), last.unmatched());
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  @Override
  public Integer call() {
    if (spec != null) {
      CommandLine line = spec.commandLine();
      line.usage(line.getOut());
    }
    return CommandFailure.USAGE;
  }

  private static int explain(Exception cause, CommandLine failed, boolean debug) {
    String message = cause.getMessage();
    String text = message == null || message.isBlank() ? cause.toString() : message;
    failed.getErr().println(Messages.error(text));
    if (debug) {
      cause.printStackTrace(failed.getErr());
    }
    failed.getErr().flush();
    return cause instanceof CommandFailure failure ? failure.exitCode() : CommandFailure.FAILED;
  }
}
