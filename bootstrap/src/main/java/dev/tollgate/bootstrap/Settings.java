package dev.tollgate.bootstrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Settings of a server: a YAML file, in which `a: {b_c: x}` is the setting `a.b_c`, overridden by
/// environment variables, here `TOLLGATE_A_B_C`. A setting that nothing asks for is an error, so
/// that a misspelt one is never silently ignored.
final class Settings {
  private static final String PREFIX = "TOLLGATE_";

  /// Variables that are not settings of a server: what `dev` writes for shells, and what the
  /// launcher reads.
  private static final Set<String> RESERVED =
      Set.of(
          "TOLLGATE_URL",
          "TOLLGATE_GRPC",
          "TOLLGATE_OPS",
          "TOLLGATE_ADMIN_TOKEN",
          "TOLLGATE_DEBUG",
          "TOLLGATE_LOG",
          "TOLLGATE_LOG_LEVEL",
          "TOLLGATE_JAVA_HOME",
          "TOLLGATE_JAVA_OPTS",
          "TOLLGATE_HEAP",
          "TOLLGATE_NO_BUILD",
          "TOLLGATE_POSTGRES_UID");

  private final Map<String, String> values;
  private final Map<String, String> environment;
  private final Set<String> asked = new HashSet<>();

  private Settings(Map<String, String> values, Map<String, String> environment) {
    this.values = values;
    this.environment = environment;
  }

  /// @throws StartFailure when the file cannot be read or is no such document
  static Settings read(Path file, Map<String, String> environment) {
    try {
      Object document =
          new Load(LoadSettings.builder().setLabel(file.toString()).build())
              .loadFromString(Files.readString(file));
      Map<String, String> values = new HashMap<>();
      flatten("", document == null ? Map.of() : document, values);
      return new Settings(values, environment);
    } catch (NoSuchFileException e) {
      throw new StartFailure("There is no file " + file + ".", e);
    } catch (IOException e) {
      throw new StartFailure(file + " cannot be read: " + e.getMessage() + ".", e);
    } catch (YamlEngineException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new StartFailure(file + " is not valid YAML: " + reason + ".", e);
    }
  }

  private static void flatten(String path, Object node, Map<String, String> into) {
    if (node instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) -> {
            if (value != null) {
              flatten(path.isEmpty() ? name.toString() : path + "." + name, value, into);
            }
          });
    } else if (node instanceof List<?> list) {
      List<String> texts = new ArrayList<>();
      list.forEach(each -> texts.add(String.valueOf(each)));
      into.put(path, String.join(",", texts));
    } else {
      into.put(path, node.toString());
    }
  }

  @Nullable String textOrNull(String name) {
    asked.add(name);
    String variable = environment.get(variable(name));
    return variable == null ? values.get(name) : variable;
  }

  String text(String name) {
    String value = textOrNull(name);
    if (value == null || value.isBlank()) {
      throw new StartFailure(
          "The setting " + name + " (or " + variable(name) + ") is missing.", null);
    }
    return value;
  }

  String text(String name, String otherwise) {
    String value = textOrNull(name);
    return value == null ? otherwise : value;
  }

  boolean flag(String name, boolean otherwise) {
    String value = text(name, Boolean.toString(otherwise));
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new StartFailure("The setting " + name + " must be true or false.", null);
    };
  }

  int number(String name, int otherwise) {
    String value = textOrNull(name);
    try {
      return value == null ? otherwise : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new StartFailure("The setting " + name + " must be a whole number.", e);
    }
  }

  /// 0 is any free port.
  int port(String name, int otherwise) {
    int port = number(name, otherwise);
    if (port < 0 || port > 65_535) {
      throw new StartFailure("The setting " + name + " must be a port from 0 to 65535.", null);
    }
    return port;
  }

  Duration duration(String name, Duration otherwise) {
    String value = textOrNull(name);
    try {
      return value == null ? otherwise : Duration.parse(value);
    } catch (DateTimeException e) {
      throw new StartFailure("The setting " + name + " must be a duration such as PT10S.", e);
    }
  }

  List<String> list(String name) {
    String value = textOrNull(name);
    List<String> items = new ArrayList<>();
    if (value != null) {
      for (String each : value.split(",", -1)) {
        if (!each.isBlank()) {
          items.add(each.strip());
        }
      }
    }
    return items;
  }

  /// A secret: in the file or a variable itself, or in a file named by the setting with `_file`.
  @Nullable String secretOrNull(String name) {
    String file = textOrNull(name + "_file");
    String value = textOrNull(name);
    if (file == null) {
      return value;
    }
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      throw new StartFailure(
          "The file of the setting " + name + "_file cannot be read: " + e.getMessage() + ".", e);
    }
  }

  String secret(String name) {
    String value = secretOrNull(name);
    if (value == null || value.isBlank()) {
      throw new StartFailure(
          "The setting " + name + " (or " + name + "_file, or " + variable(name) + ") is missing.",
          null);
    }
    return value;
  }

  /// @throws StartFailure naming settings that do not exist
  void done() {
    Set<String> unknown = new TreeSet<>(values.keySet());
    unknown.removeAll(asked);
    Set<String> variables = new HashSet<>(RESERVED);
    asked.forEach(name -> variables.add(variable(name)));
    for (String name : environment.keySet()) {
      if (name.startsWith(PREFIX) && !variables.contains(name)) {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty()) {
      throw new StartFailure("There is no setting " + String.join(", ", unknown) + ".", null);
    }
  }

  private static String variable(String name) {
    return PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_');
  }
}
