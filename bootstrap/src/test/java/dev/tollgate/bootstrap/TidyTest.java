package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
      Pattern.compile(
          "^(  (?! )| {4,8}(?=(?:[\\w<>\\[\\].,?@]+ )+\\w+\\())"
              + "(?!\\? |return |new |throw |else |case |yield |assert )"
              + "(?:@\\w+.* )?(?:[\\w<>\\[\\].,?@]+ )*(\\w+)\\(.*");
  private static final Path ROOT = root();

  /// Words that make a reader guess, and what says the same plainly.
  private static final Map<Pattern, String> RIDDLES =
      Map.of(
          Pattern.compile("\\b[Ww]ho" + "ever\\b"), "name the one who does it",
          Pattern.compile("\\bsi" + "ghts?\\b"), "state, or look",
          Pattern.compile("\\b[Ww]hat ca" + "me of\\b"), "the outcome of");

  /// So many parameters a method or a record may have; those of the wire go by what they carry.
  private static final int MOST_PARAMETERS = 7;

  private static final Pattern DECLARATION =
      Pattern.compile(
          "(?:(record) )?(?<![\\w.])(\\w+)\\(([^(){};]*(?:\\([^()]*\\)[^(){};]*)*)\\)\\s*"
              + "(?:throws [\\w., ]+)?(?:implements [\\w., <>]+)?\\s*\\{");
  private static final Set<String> STATEMENTS =
      Set.of("if", "while", "for", "switch", "catch", "synchronized", "try");

  /// Records that are wider still, and how wide. A number may fall and a line may go.
  private static final Map<String, Integer> WIDE =
      Map.ofEntries(
          Map.entry("AuditEvent", 9),
          Map.entry("Balance", 8),
          Map.entry("Budget", 11),
          Map.entry("CallFilter", 11),
          Map.entry("CallQuery", 11),
          Map.entry("Command", 8),
          Map.entry("Demands", 8),
          Map.entry("Dimension", 8),
          Map.entry("Estimate", 10),
          Map.entry("Failure", 9),
          Map.entry("GatewayOptions", 8),
          Map.entry("Job", 11),
          Map.entry("JobRunner", 8),
          Map.entry("ModelFacts", 11),
          Map.entry("Notification", 13),
          Map.entry("Options", 10),
          Map.entry("Patient", 9),
          Map.entry("Project", 8),
          Map.entry("Provider", 9),
          Map.entry("Reservation", 13),
          Map.entry("Row", 8),
          Map.entry("Settled", 8),
          Map.entry("VirtualKey", 14));

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
    List<String> nested = new ArrayList<>(List.of("class B {"));
    body.forEach(line -> nested.add("  " + line));
    assertThat(longMethods("B", nested, LONGEST_METHOD)).hasSize(1);
  }

  @Test
  void nothingHasTooManyParameters() {
    List<String> found = new ArrayList<>();
    for (Path file : sources()) {
      if (file.toString().contains("/src/main/")) {
        wide(String.join("\n", lines(file)))
            .forEach(
                (name, width) -> {
                  if (width > WIDE.getOrDefault(name, MOST_PARAMETERS)) {
                    found.add(file + ": " + name + " has " + width);
                  }
                });
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void theCheckOfParametersBites() {
    String eight = "int a, Map<String, Integer> b, int c, int d, int e, int f, int g, int h";
    assertThat(wide("  void wide(" + eight + ") {")).containsEntry("wide", 8);
    assertThat(wide("record Wide(" + eight + ") {}")).containsEntry("Wide", 8);
    assertThat(wide("  void narrow(int a) {")).containsEntry("narrow", 1);
    assertThat(wide("    if (a(1, 2, 3, 4, 5, 6, 7, 8)) {")).doesNotContainKey("if");
  }

  /// The parameters of each method and record that is declared, by its name.
  private static Map<String, Integer> wide(String source) {
    Map<String, Integer> found = new HashMap<>();
    Matcher declaration = DECLARATION.matcher(source.replaceAll("//.*", ""));
    while (declaration.find()) {
      if (!STATEMENTS.contains(declaration.group(2))) {
        found.merge(declaration.group(2), parameters(declaration.group(3)), Math::max);
      }
    }
    return found;
  }

  private static int parameters(String list) {
    int depth = 0;
    int count = list.isBlank() ? 0 : 1;
    for (int i = 0; i < list.length(); i++) {
      char each = list.charAt(i);
      depth += "<([".indexOf(each) >= 0 ? 1 : ">)]".indexOf(each) >= 0 ? -1 : 0;
      count += each == ',' && depth == 0 ? 1 : 0;
    }
    return count;
  }

  @Test
  void nothingIsWrittenAsARiddle() {
    List<String> found = new ArrayList<>();
    for (Path file : sources()) {
      for (String line : lines(file)) {
        RIDDLES.forEach(
            (riddle, plain) -> {
              if (riddle.matcher(line).find()) {
                found.add(file + ": " + line.strip() + " (" + plain + ")");
              }
            });
      }
    }
    assertThat(found).isEmpty();
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
    boolean inText = false;
    for (int i = 0; i < lines.size(); i++) {
      Matcher method = METHOD.matcher(lines.get(i));
      inText ^= lines.get(i).contains("\"\"\"");
      if (inText
          || !method.matches()
          || isConstant(method.group(2))
          || lines.get(i).contains(";")
          || lines.get(i).endsWith("{}")) {
        continue;
      }
      int end = i;
      while (end < lines.size() && !lines.get(end).equals(method.group(1) + "}")) {
        end++;
      }
      if (end - i - 1 > longest) {
        found.add(name + ": " + method.group(2) + " has " + (end - i - 1) + " lines");
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
