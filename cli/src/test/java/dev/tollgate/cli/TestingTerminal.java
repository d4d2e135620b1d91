package dev.tollgate.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Runs the command line and keeps what it prints.
final class TestingTerminal {
  private final Map<String, String> environment = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String stdin = "";

  TestingTerminal set(String name, String value) {
    environment.put(name, value);
    return this;
  }

  TestingTerminal pipe(String text) {
    stdin = text;
    return this;
  }

  /// Runs `tollgate chat` without looking at the folder the tests run in.
  int chat(Path data, String... arguments) {
    String[] all = Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--data";
    all[arguments.length + 1] = data.toString();
    ByteArrayInputStream in = new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8));
    PrintStream toErr = new PrintStream(err, true, StandardCharsets.UTF_8);
    PrintStream toOut = new PrintStream(out, false, StandardCharsets.UTF_8);
    ChatCommand command = new ChatCommand(environment, toOut, toErr, in);
    String[] line = new String[all.length + 1];
    line[0] = "chat";
    System.arraycopy(all, 0, line, 1, all.length);
    return TollgateCommand.forEnvironment(environment, command).execute(line);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
