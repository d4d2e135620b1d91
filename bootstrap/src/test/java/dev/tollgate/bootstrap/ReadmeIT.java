package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Runs what the README tells a stranger to run.
class ReadmeIT {
  private static Path folder = Path.of("");
  private static RunningProgram program;
  private static String readme = "";

  @BeforeAll
  static void runIt() throws Exception {
    readme = Files.readString(TidyTest.root().resolve("README.md"));
    folder = RunningProgram.newFolder();
    List<String> lines = block("Run it", "sh");
    assertThat(lines).hasSize(1);
    program = RunningProgram.start(folder, lines.getFirst());
  }

  @AfterAll
  static void stopIt() throws Exception {
    program.close();
  }

  @Test
  void theFirstBlocksAreShort() {
    for (String title : new String[] {"Run it", "Call it", "Test it"}) {
      assertThat(block(title, "sh")).as(title).hasSizeBetween(1, 4);
    }
  }

  @Test
  void theCallsStreamAnAnswerWithItsCost() throws Exception {
    String output = shell(String.join("\n", block("Call it", "sh")));
    assertThat(output).contains("This is sim-small, a simulated model.");
    assertThat(output).containsPattern("-- \\d+ in / \\d+ out tokens .*\\$0\\.\\d+ \\| call_");
    assertThat(output).containsPattern("\"usage\":\\{.*\"cost\":\"0\\.\\d+\"");
    assertThat(output).contains("data: [DONE]");
  }

  @Test
  void theTestCommandIsWhatIsRunHere() throws Exception {
    assertThat(block("Test it", "sh")).containsExactly("./mvnw verify");
    assertThat(Files.readString(TidyTest.root().resolve(".ci/run"))).contains("./mvnw", "verify");
  }

  @Test
  void theJavaSnippetStreamsWithItsCost() throws Exception {
    Path source = folder.resolve("Snippet.java");
    Files.writeString(
        source,
        "void main() throws Exception {\n" + String.join("\n", block("Java:", "java")) + "\n}\n");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Files.writeString(
        folder.resolve("classpath"),
        "-cp \"" + System.getProperty("surefire.test.class.path") + "\"\n");
    String output = shell(". .tollgate/dev.env\n'" + java + "' @classpath Snippet.java");
    assertThat(output).contains("simulated model").containsPattern("0\\.0000\\d+");
  }

  @Test
  void aRealProviderIsAddedAsWritten() throws Exception {
    String output = shell(String.join("\n", block("## A real provider", "sh")));
    assertThat(output).contains("\"id\":\"prv_").contains("\"id\":\"mdl_").doesNotContain("sk-...");
  }

  @Test
  void promptsAreUtf8WhateverTheLocale() throws Exception {
    for (String locale : new String[] {"C", "xx_YY.UTF-8"}) {
      String id =
          shell("LC_ALL=" + locale + " ./tollgate chat 'żółć' 2>&1 | grep -o 'call_[0-9a-z]*'");
      String call =
          shell(
              ". .tollgate/dev.env; curl -sS -H \"authorization: bearer $TOLLGATE_ADMIN_TOKEN\""
                  + " $TOLLGATE_URL/api/v1/calls/"
                  + id);
      assertThat(call).as(locale).contains("żółć");
    }
  }

  @Test
  void helpAndVersionAreCommandsToo() throws Exception {
    assertThat(shell("./tollgate help")).contains("dev", "serve", "chat", "ledger");
    assertThat(shell("./tollgate version")).startsWith("tollgate ");
  }

  @Test
  void theDoctorFindsNothingWrong() throws Exception {
    String lines = shell("./tollgate doctor; true");
    assertThat(lines).contains("ok       keys and database").doesNotContain("fault ");
    assertThat(shell("./tollgate doctor --json; true")).startsWith("{\"ok\":");
    assertThat(shell("./tollgate doctor --data nowhere || echo status $?")).contains("status 3");
    assertThat(shell("./tollgate doctor --config nowhere.yaml || echo status $?"))
        .contains("There is no file nowhere.yaml", "status 1");
  }

  @Test
  void nobodyElseCanChangeThePrograms() throws Exception {
    try (Stream<Path> programs = Files.walk(folder.resolve(".tollgate/postgres/binaries"))) {
      for (Path each : programs.filter(file -> !Files.isSymbolicLink(file)).toList()) {
        assertThat(Files.getPosixFilePermissions(each))
            .as(each.toString())
            .doesNotContain(PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);
      }
    }
  }

  @Test
  void announcesWhatExists() throws Exception {
    Map<String, String> env = program.env();
    assertThat(program.output())
        .contains(
            RunningProgram.setting(env, "OPENAI_BASE_URL"),
            RunningProgram.setting(env, "OPENAI_API_KEY"))
        .endsWith("Tollgate is ready\n");
    assertThat(env)
        .containsKeys(
            "TOLLGATE_URL",
            "TOLLGATE_OPS",
            "TOLLGATE_ADMIN_TOKEN",
            "ANTHROPIC_BASE_URL",
            "ANTHROPIC_API_KEY");
    String sourced = "NO_PROXY=a; . .tollgate/dev.env; . .tollgate/dev.env; echo $NO_PROXY";
    assertThat(shell(sourced)).isEqualTo("localhost,127.0.0.1,a\n");
    assertThat(Files.getPosixFilePermissions(folder.resolve(".tollgate/dev.env")))
        .hasToString("[OWNER_READ, OWNER_WRITE]");
  }

  /// The lines of the first block of a language behind a title.
  private static List<String> block(String title, String language) {
    Matcher block =
        Pattern.compile(Pattern.quote(title) + ".*?```" + language + "\n(.*?)\n```", Pattern.DOTALL)
            .matcher(readme);
    assertThat(block.find()).as(title).isTrue();
    return block.group(1).lines().toList();
  }

  private static String shell(String script) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-e", "-c", script)
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().put("TOLLGATE_NO_BUILD", "1");
    builder.environment().put("TOLLGATE_JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
