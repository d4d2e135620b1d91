package dev.tollgate.bootstrap;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.text.MessageFormat;
import java.time.Instant;
import java.util.List;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Logs on standard error: a line for people in `dev`, one JSON object a line in `serve`.
/// `TOLLGATE_LOG=text` or `json` chooses, and `TOLLGATE_LOG_LEVEL` sets the level (default
/// `WARNING`). Lines for people name the cause; its stack is shown from level FINE on.
final class Logs {
  private Logs() {}

  /// What the servers of gRPC say of each frame that is none: a stranger would fill the log. Kept
  /// here, for a logger that nobody holds forgets its level; and in a class of its own, for the
  /// first logger chooses the manager.
  private static final class WrittenByStrangers {
    private static final List<Logger> LOGGERS =
        Stream.of(
                "io.grpc.netty",
                "io.grpc.internal",
                "io.helidon.webserver.grpc",
                "io.helidon.webserver.http2",
                "io.helidon.common.socket")
            .map(Logger::getLogger)
            .toList();
  }

  /// Must be called before anything else logs: the manager is chosen with the first logger.
  static void keepUntilTheEnd() {
    System.setProperty("java.util.logging.manager", Manager.class.getName());
  }

  /// How a record looks.
  enum Form {
    TEXT,
    JSON
  }

  static void configure(Form usual) {
    Logger root = Logger.getLogger("");
    for (Handler inherited : root.getHandlers()) {
      root.removeHandler(inherited);
    }
    ConsoleHandler handler = new ConsoleHandler();
    Level level = level(System.getenv("TOLLGATE_LOG_LEVEL"));
    handler.setLevel(level);
    handler.setFormatter(
        form(System.getenv("TOLLGATE_LOG"), usual) == Form.TEXT
            ? new Text(level.intValue() <= Level.FINE.intValue())
            : new Json());
    root.addHandler(handler);
    root.setLevel(level);
    if (level.intValue() >= Level.WARNING.intValue()) {
      WrittenByStrangers.LOGGERS.forEach(each -> each.setLevel(Level.OFF));
    }
  }

  private static Form form(@Nullable String name, Form usual) {
    if (name == null) {
      return usual;
    }
    return switch (name) {
      case "text" -> Form.TEXT;
      case "json" -> Form.JSON;
      default -> throw new StartFailure("TOLLGATE_LOG must be text or json.", null);
    };
  }

  private static Level level(@Nullable String name) {
    try {
      return name == null ? Level.WARNING : Level.parse(name);
    } catch (IllegalArgumentException e) {
      throw new StartFailure("TOLLGATE_LOG_LEVEL must be SEVERE, WARNING, INFO, FINE or FINER.", e);
    }
  }

  private static String message(LogRecord record) {
    String message = String.valueOf(record.getMessage());
    Object[] parameters = record.getParameters();
    if (parameters == null || parameters.length == 0 || !message.contains("{0")) {
      return message;
    }
    return MessageFormat.format(message, parameters);
  }

  private static @Nullable String stack(LogRecord record) {
    Throwable thrown = record.getThrown();
    if (thrown == null) {
      return null;
    }
    StringWriter text = new StringWriter();
    thrown.printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  /// Keeps the handlers while the gateway stops. The JDK's manager takes them away in a shutdown
  /// hook of its own, and with them what the stop has to report.
  public static final class Manager extends LogManager {
    @Override
    public void reset() {
      // See above.
    }
  }

  /// One JSON object a line.
  static final class Json extends Formatter {
    @Override
    public String format(LogRecord record) {
      StringBuilder line = new StringBuilder(200);
      line.append("{\"time\":\"").append(Instant.ofEpochMilli(record.getMillis())).append('"');
      add(line, "level", record.getLevel().getName());
      add(line, "logger", String.valueOf(record.getLoggerName()));
      add(line, "message", message(record));
      String stack = stack(record);
      if (stack != null) {
        add(line, "stack", stack);
      }
      return line.append("}\n").toString();
    }

    private static void add(StringBuilder line, String name, String value) {
      line.append(",\"").append(name).append("\":\"");
      JsonStringEncoder.getInstance().quoteAsString(value, line);
      line.append('"');
    }
  }

  /// One line for people.
  static final class Text extends Formatter {
    private final boolean stacks;

    Text(boolean stacks) {
      this.stacks = stacks;
    }

    @Override
    public String format(LogRecord record) {
      String stack = stacks ? stack(record) : null;
      Throwable cause = record.getThrown();
      return Instant.ofEpochMilli(record.getMillis())
          + " "
          + record.getLevel().getName()
          + " "
          + message(record)
          + (cause == null || stacks ? "" : " (" + cause + ")")
          + "\n"
          + (stack == null ? "" : stack);
    }
  }
}
