package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.bootstrap.ManagementRequests.Line;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `/api/v1` answered before there was a contract, request by request, and what it answers
/// now. `-Dtollgate.parity=FILE` writes the answers of today there.
class ParityTest {
  @TempDir Path folder;

  @Test
  void everyAnswerIsAsItWasOrADifferenceThatWasDecided() throws Exception {
    List<Line> lines = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    TestingGateway gateway = TestingGateway.start(folder);
    try {
      ManagementRequests requests = new ManagementRequests(gateway, "requests.txt");
      requests.each(
          line -> {
            lines.add(line);
            answers.add(requests.answer(line));
          });
    } finally {
      gateway.close();
    }
    String record = System.getProperty("tollgate.parity");
    if (record != null) {
      Files.writeString(Path.of(record), String.join("\n", answers) + "\n");
    }
    compare(lines, answers);
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
