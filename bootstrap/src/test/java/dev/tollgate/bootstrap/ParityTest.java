package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.bootstrap.ManagementRequests.Line;
import dev.tollgate.proto.OpenApi;
import dev.tollgate.proto.Operation;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `/api/v1` answered before there was a contract, request by request, and what it answers
/// now. `-Dtollgate.parity=FILE` writes the answers of today there.
class ParityTest {
  private static final List<Line> LINES = new ArrayList<>();
  private static final List<String> ANSWERS = new ArrayList<>();
  private static final List<HttpResponse<String>> RESPONSES = new ArrayList<>();
  private static OpenApiDocument document;

  @BeforeAll
  static void ask(@TempDir Path folder) throws Exception {
    TestingGateway gateway = TestingGateway.start(folder);
    try {
      document = OpenApiDocument.of(gateway);
      ManagementRequests requests = new ManagementRequests(gateway, "requests.txt", "later.txt");
      requests.each(
          line -> {
            String answer = requests.answer(line);
            LINES.add(line);
            ANSWERS.add(answer);
            RESPONSES.add(requests.last());
          });
    } finally {
      gateway.close();
    }
  }

  @Test
  void everyAnswerIsAsItWasOrADifferenceThatWasDecided() throws Exception {
    String record = System.getProperty("tollgate.parity");
    int known = ManagementRequests.count("requests.txt");
    if (record != null) {
      Files.writeString(Path.of(record), String.join("\n", ANSWERS.subList(0, known)) + "\n");
    }
    compare(LINES.subList(0, known), ANSWERS.subList(0, known));
  }

  @Test
  void everyAnswerIsOneOfTheDocument() {
    List<String> wrong = new ArrayList<>();
    Set<String> seen = new TreeSet<>();
    each(
        (operation, response) -> {
          if (response.statusCode() / 100 == 2 && !operation.streams()) {
            seen.add(operation.name());
            wrong.addAll(document.against(operation, response.statusCode(), response.body()));
          }
        });
    assertThat(wrong).isEmpty();
    assertThat(seen).hasSizeGreaterThan(45);
  }

  @Test
  void everyRefusalIsOneThatTheContractNames() {
    List<String> wrong = new ArrayList<>();
    Set<String> seen = new TreeSet<>();
    each(
        (operation, response) -> {
          if (response.statusCode() >= 400) {
            String code = TestingGateway.json(response.body()).path("code").asText();
            seen.add(code);
            if (!OpenApi.reasons(operation).contains(code)) {
              wrong.add(operation.name() + " answers " + code);
            }
            wrong.addAll(document.against("Problem", response.body()));
          }
        });
    assertThat(wrong).isEmpty();
    assertThat(seen).hasSizeGreaterThan(9);
  }

  private static void each(BiConsumer<Operation, HttpResponse<String>> look) {
    for (int i = 0; i < LINES.size(); i++) {
      HttpResponse<String> response = RESPONSES.get(i);
      LINES.get(i).operation().ifPresent(operation -> look.accept(operation, response));
    }
  }

  private static void compare(List<Line> lines, List<String> answers) {
    List<String> landed = ManagementRequests.resource("answers.txt").lines().toList();
    Map<Integer, String> decided = new LinkedHashMap<>();
    for (String each : ManagementRequests.resource("differences.txt").lines().toList()) {
      if (!each.isBlank() && !each.startsWith("#")) {
        decided.put(Integer.parseInt(each.substring(0, each.indexOf(' '))), each);
      }
    }
    assertThat(lines).hasSizeGreaterThanOrEqualTo(150);
    assertThat(landed).hasSameSizeAs(lines);
    List<String> wrong = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String before = landed.get(i);
      String expected = decided.getOrDefault(lines.get(i).number(), before);
      if (decided.containsKey(lines.get(i).number()) && same(expected, before)) {
        wrong.add("is no difference: " + expected);
      }
      if (!same(answers.get(i), expected)) {
        wrong.add(lines.get(i).text() + "\n  was " + expected + "\n  is  " + answers.get(i));
      }
    }
    assertThat(wrong).as(String.join("\n", wrong)).isEmpty();
  }

  /// The order of members does not matter.
  private static boolean same(String one, String other) {
    int a = one.indexOf('\t') + 1;
    int b = other.indexOf('\t') + 1;
    if (!one.substring(0, a).equals(other.substring(0, b))) {
      return false;
    }
    boolean json = one.startsWith("{", a) && other.startsWith("{", b);
    return json
        ? TestingGateway.json(one.substring(a)).equals(TestingGateway.json(other.substring(b)))
        : one.equals(other);
  }
}
