package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `/api/v1` answered before there was a contract, request by request, and what it answers
/// now. `-Dtollgate.parity=FILE` writes the answers of today there.
class ParityTest {
  private static final Pattern ID = Pattern.compile("\\b([a-z]{2,4})_[0-9a-hjkmnp-tv-z]{26}\\b");
  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
  private static final Pattern CHANCE =
      Pattern.compile(
          "\"(hint|next_cursor|last_used_at|latency_ms|ttft_ms|overhead_ms|p50|p95)\":(\"[^\"]*\"|[0-9]+|null)");
  private static final Pattern SECRET = Pattern.compile("(tgk|whsec)_[A-Za-z0-9_+/=-]+");
  private static final Pattern REQUEST = Pattern.compile("\"request_id\":\"[^\"]*\"");

  @TempDir Path folder;

  /// A request as its file has it.
  private record Line(int number, String text, Map<String, String> headers, List<String> keeps) {}

  private final Map<String, String> kept = new HashMap<>();

  @Test
  void everyAnswerIsAsItWasOrADifferenceThatWasDecided() throws Exception {
    String file = resource("requests.txt");
    List<Line> lines = lines(file);
    List<String> answers = new ArrayList<>();
    TestingGateway gateway = TestingGateway.start(folder);
    try (ScriptedUpstream upstream = ScriptedUpstream.start(ParityTest::answerAsProvider)) {
      kept.put("UPSTREAM", upstream.baseUrl().replaceFirst("/v1$", ""));
      for (Line line : lines) {
        answers.add(answer(gateway, line, file));
      }
    } finally {
      gateway.close();
    }
    String record = System.getProperty("tollgate.parity");
    if (record != null) {
      Files.writeString(Path.of(record), String.join("\n", answers) + "\n");
    }
    compare(lines, answers);
  }

  private static void compare(List<Line> lines, List<String> answers) throws IOException {
    List<String> landed = resource("answers.txt").lines().toList();
    Map<Integer, String> decided = new LinkedHashMap<>();
    for (String each : resource("differences.txt").lines().toList()) {
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

  /// Refused calls are not committed before the answer.
  private static void waitForRow(TestingGateway gateway, String call) {
    for (int i = 0; i < 200; i++) {
      if (gateway.tryManage("GET", "/calls/" + call, "").statusCode() == 200) {
        return;
      }
      LockSupport.parkNanos(50_000_000);
    }
    throw new AssertionError(call + " has no row");
  }

  private String answer(TestingGateway gateway, Line line, String file) {
    String[] parts = fill(line.text()).split(" ", 3);
    String body = parts.length > 2 ? parts[2] : "";
    if (parts[0].equals("CALL")) {
      HttpResponse<String> called = gateway.call("/v1/chat/completions", parts[1], body);
      waitForRow(gateway, called.headers().firstValue("x-request-id").orElseThrow());
      return line.number() + " " + called.statusCode() + "\t";
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1" + parts[1]))
            .timeout(Duration.ofSeconds(20));
    if (!line.headers().containsKey("Authorization")) {
      request.header("Authorization", "Bearer " + gateway.adminToken());
    }
    line.headers().forEach(request::header);
    HttpResponse<String> response =
        gateway.send(
            request
                .method(
                    parts[0],
                    body.isEmpty()
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(body))
                .build());
    for (String keep : line.keeps()) {
      int is = keep.indexOf('=');
      kept.put(keep.substring(0, is), member(response.body(), keep.substring(is + 1)));
    }
    return line.number()
        + " "
        + response.statusCode()
        + " "
        + response.headers().firstValue("content-type").orElse("-")
        + response.headers().firstValue("idempotent-replayed").map(_ -> " replayed").orElse("")
        + response.headers().firstValue("allow").map(each -> " allow " + each).orElse("")
        + "\t"
        + steady(response.body().strip(), file);
  }

  private static String member(String json, String path) {
    JsonNode node = TestingGateway.json(json);
    for (String part : path.split("\\.", -1)) {
      node =
          Character.isDigit(part.charAt(0)) ? node.path(Integer.parseInt(part)) : node.path(part);
    }
    assertThat(node.isTextual()).as(path + " of " + json).isTrue();
    return node.asText();
  }

  /// An answer without what chance and time put into it.
  private String steady(String body, String file) {
    String text = ID.matcher(body).replaceAll(ParityTest::name);
    text = SECRET.matcher(text).replaceAll("SECRET");
    text = CHANCE.matcher(text).replaceAll("\"$1\":\"ANY\"");
    text = REQUEST.matcher(text).replaceAll("\"request_id\":\"ANY\"");
    text = text.replace(kept.get("UPSTREAM"), "UPSTREAM").replace('\n', ' ');
    return TIME.matcher(text).replaceAll(found -> file.contains(found.group()) ? "$0" : "TIME");
  }

  private static String name(java.util.regex.MatchResult id) {
    return id.group().endsWith("00000000000000000000") ? "$0" : "$1_ID";
  }

  private String fill(String text) {
    Matcher name = Pattern.compile("\\$([A-Z]+)").matcher(text);
    return name.replaceAll(
        found -> {
          String value = kept.get(found.group(1));
          assertThat(value).as(found.group()).isNotNull();
          return Matcher.quoteReplacement(value);
        });
  }

  private static List<Line> lines(String file) {
    List<Line> lines = new ArrayList<>();
    Map<String, String> headers = new LinkedHashMap<>();
    int number = 0;
    for (String each : file.lines().toList()) {
      if (each.startsWith("@")) {
        int colon = each.indexOf(':');
        headers.put(each.substring(1, colon), each.substring(colon + 2));
      } else if (each.startsWith(">")) {
        lines.getLast().keeps().add(each.substring(1));
      } else if (!each.isBlank() && !each.startsWith("#")) {
        lines.add(new Line(++number, each, Map.copyOf(headers), new ArrayList<>()));
        headers.clear();
      }
    }
    return lines;
  }

  private static void answerAsProvider(
      ScriptedUpstream.Received request, ScriptedUpstream.Answer to) throws IOException {
    if (request.header("authorization").equals("Bearer sk-right-0123456789")) {
      to.json(200, "{\"data\":[{\"id\":\"m1\"},{\"id\":\"m2\"}]}");
    } else {
      to.json(401, "{\"error\":{\"message\":\"Incorrect API key\"}}");
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ParityTest.class.getResourceAsStream("/parity/" + name)) {
      return new String(
          java.util.Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
