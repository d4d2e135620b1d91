package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// House rules that no compiler knows.
class TidyTest {
  private static final int LONGEST_FILE = 400;
  private static final int LONGEST_METHOD = 60;
  private static final Set<String> BANNED_PACKAGES =
      Set.of(
          "util", "utils", "common", "commons", "helper", "manager", "base", "impl", "dto",
          "model");
  private static final Pattern METHOD =
      Pattern.compile("^  (?:@\\w+.* )?(?:[\\w<>\\[\\].,?@ ]+ )?(\\w+)\\(.*");
  private static final Path ROOT = root();

  @Test
  void noFileIsTooLong() {
    List<String> found = new ArrayList<>();
    for (Path file : sources()) {
      int lines = lines(file).size();
      if (lines > LONGEST_FILE) {
        found.add(file + " has " + lines + " lines");
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void noMethodIsTooLong() {
    List<String> found = new ArrayList<>();
    for (Path file : sources()) {
      found.addAll(longMethods(file.toString(), lines(file), LONGEST_METHOD));
    }
    assertThat(found).isEmpty();
  }

  @Test
  void theCheckOfMethodsBites() {
    List<String> body = new ArrayList<>(List.of("class A {", "  void longOne() {"));
    for (int i = 0; i < 70; i++) {
      body.add("    int x" + i + " = 0;");
    }
    body.addAll(List.of("  }", "}"));
    assertThat(longMethods("A", body, LONGEST_METHOD)).hasSize(1);
    assertThat(longMethods("A", body, 80)).isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIs() {
    List<String> missing = new ArrayList<>();
    for (Path file : sources()) {
      boolean main = file.toString().contains("/src/main/java/dev/");
      if (main && !Files.exists(file.resolveSibling("package-info.java"))) {
        missing.add(file.toString());
      }
    }
    assertThat(missing).isEmpty();
  }

  @Test
  void noPackageHasAnEmptyName() {
    for (Path file : sources()) {
      for (Path part : ROOT.relativize(file)) {
        assertThat(BANNED_PACKAGES).as("%s", file).doesNotContain(part.toString());
      }
    }
  }

  @Test
  void nothingIsLeftUnfinished() {
    Pattern unfinished = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b|@Dis" + "abled");
    List<String> found = new ArrayList<>();
    for (Path file : sources()) {
      for (String line : lines(file)) {
        if (unfinished.matcher(line).find()) {
          found.add(file + ": " + line.strip());
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void theReadmeNamesEveryModule() {
    String readme = String.join("\n", lines(ROOT.resolve("ARCHITECTURE.md")));
    Matcher modules =
        Pattern.compile("<module>([^<]+)</module>")
            .matcher(String.join("\n", lines(ROOT.resolve("pom.xml"))));
    while (modules.find()) {
      assertThat(readme).contains("`" + modules.group(1) + "`");
    }
  }

  private static List<String> longMethods(String name, List<String> lines, int longest) {
    List<String> found = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher method = METHOD.matcher(lines.get(i));
      if (!method.matches()
          || isConstant(method.group(1))
          || lines.get(i).startsWith("   ")
          || lines.get(i).contains(";")
          || lines.get(i).endsWith("{}")) {
        continue;
      }
      int end = i;
      while (end < lines.size() && !lines.get(end).equals("  }")) {
        end++;
      }
      if (end - i - 1 > longest) {
        found.add(name + ": " + method.group(1) + " has " + (end - i - 1) + " lines");
      }
    }
    return found;
  }

  /// A constant of an enum looks like a method.
  private static boolean isConstant(String name) {
    return name.equals(name.toUpperCase(Locale.ROOT));
  }

  private static List<Path> sources() {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> !file.toString().contains("/target/"))
          .filter(file -> file.toString().contains("/src/"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The folder that holds the modules.
  static Path root() {
    Path here = Path.of("").toAbsolutePath();
    for (Path folder = here; folder != null; folder = folder.getParent()) {
      if (Files.exists(folder.resolve("mvnw"))) {
        return folder;
      }
    }
    throw new IllegalStateException("no mvnw above " + here);
  }
}
