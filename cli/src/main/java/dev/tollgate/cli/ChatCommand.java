package dev.tollgate.cli;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The command `chat`: one question, the answer on stdout, and what it cost on stderr.
@Command(
    name = "chat",
    description = "Sends a prompt through the gateway and streams the answer.",
    sortOptions = false,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the answer is complete",
      "1:the call failed",
      "2:the command was not understood",
      "4:the key is missing or wrong (HTTP 401)",
      "7:the key may not do this (HTTP 403)",
      "8:a limit or budget is reached (HTTP 429)"
    })
public final class ChatCommand implements Callable<Integer> {
  /// The most that is read from stdin; the gateway takes no larger body either.
  private static final int LARGEST_PROMPT = 10 << 20;

  @Parameters(
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "What to ask; read from stdin when that is piped and no prompt is given.")
  private @Nullable String prompt;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description = "The model or alias (default: ${DEFAULT-VALUE}).")
  private String model = "sim-small";

  @Option(
      names = {"-s", "--system"},
      paramLabel = "TEXT",
      description = "The system message.")
  private @Nullable String system;

  @Option(
      names = "--max-tokens",
      paramLabel = "COUNT",
      description = "The most tokens the answer may have.")
  private @Nullable Integer maxTokens;

  @Option(
      names = "--stream",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Print the answer as it comes (default), or only when it is complete.")
  private boolean stream = true;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = {
        "Where 'tollgate dev' left dev.env, which is not looked at when OPENAI_BASE_URL and"
            + " OPENAI_API_KEY are both set.",
        "Default: ${DEFAULT-VALUE}"
      })
  private Path data = Path.of(".tollgate");

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;
  private final InputStream in;

  public ChatCommand() {
    this(System.getenv(), utf8(System.out), utf8(System.err), pipedInput());
  }

  /// @param in what is piped in; empty at a terminal
  ChatCommand(Map<String, String> environment, PrintStream out, PrintStream err, InputStream in) {
    this.environment = environment;
    this.out = out;
    this.err = err;
    this.in = in;
  }

  @Override
  public Integer call() {
    try {
      Question question = question();
      Gateway gateway = KnownGateway.find(environment, data);
      Summary summary = new ChatCall(gateway, out).ask(question);
      err.println(Messages.oneLine(summary.line()));
      return 0;
    } catch (CommandFailure e) {
      err.println(Messages.error(e.getMessage()));
      return e.exitCode();
    }
  }

  private Question question() {
    if (maxTokens != null && maxTokens < 1) {
      throw new CommandFailure(CommandFailure.USAGE, "--max-tokens must be at least 1.");
    }
    String asked = prompt == null ? piped() : prompt;
    if (asked.isBlank()) {
      throw new CommandFailure(
          CommandFailure.USAGE,
          "There is no prompt. Give one, as in: ./tollgate chat \"Write a haiku about budgets\"");
    }
    return new Question(model, system, asked, maxTokens, stream);
  }

  private String piped() {
    try {
      byte[] bytes = in.readNBytes(LARGEST_PROMPT + 1);
      if (bytes.length > LARGEST_PROMPT) {
        throw CommandFailure.failed("The prompt on stdin is larger than 10 MiB.");
      }
      return new String(bytes, StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException e) {
      throw new UncheckedIOException("The prompt cannot be read from stdin.", e);
    }
  }

  /// At a terminal nobody should be left waiting for input that was not asked for.
  private static InputStream pipedInput() {
    // Null when stdin or stdout is no terminal, on 25 again.
    Optional<Console> console = Optional.ofNullable(System.console());
    return console.filter(Console::isTerminal).isPresent()
        ? InputStream.nullInputStream()
        : System.in;
  }

  /// Models write UTF-8, whatever the locale of a container says.
  private static PrintStream utf8(PrintStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }
}
