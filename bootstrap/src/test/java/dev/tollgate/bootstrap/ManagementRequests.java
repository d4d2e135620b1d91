package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.proto.Operation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The requests of files below `parity`, one after the other, and what they are answered, without
/// what chance and time put into it.
final class ManagementRequests {
  private static final Pattern ID = Pattern.compile("\\b([a-z]{2,4})_[0-9a-hjkmnp-tv-z]{26}\\b");
  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
  private static final Pattern CHANCE =
      Pattern.compile(
          "\"(hint|next_cursor|last_used_at|latency_ms|ttft_ms|overhead_ms|p50|p95)\":(\"[^\"]*\"|[0-9]+|null)");
  private static final Pattern SECRET = Pattern.compile("(tgk|whsec)_[A-Za-z0-9_+/=-]+");
  private static final Pattern REQUEST = Pattern.compile("\"request_id\":\"[^\"]*\"");

  /// A request as its file has it.
  record Line(int number, String text, Map<String, String> headers, List<String> keeps) {
    /// The operation that it asks for, if there is one at its path.
    Optional<Operation> operation() {
      String[] parts = text.split("[ ?]", 3);
      return Operation.ALL.stream()
          .filter(each -> each.verb().equals(parts[0]))
          .filter(each -> parts[1].matches(each.path().replaceAll("\\{[^}]+}", "[^/:]+")))
          .findFirst();
    }

    boolean isChange() {
      return !text.startsWith("GET ") && !text.startsWith("CALL ");
    }
  }

  private final Map<String, String> kept = new HashMap<>();
  private final TestingGateway gateway;
  private final String file;
  private @Nullable HttpResponse<String> last;

  /// @param files below `parity`
  ManagementRequests(TestingGateway gateway, String... files) {
    this.gateway = gateway;
    this.file =
        Stream.of(files).map(ManagementRequests::resource).collect(Collectors.joining("\n"));
  }

  /// How many requests a file has.
  static int count(String file) {
    return lines(resource(file)).size();
  }

  /// What is done with each request.
  interface Step {
    void on(Line line) throws Exception;
  }

  void each(Step step) throws Exception {
    try (ScriptedUpstream upstream = ScriptedUpstream.start(ManagementRequests::answerAsProvider)) {
      kept.put("UPSTREAM", upstream.baseUrl().replaceFirst("/v1$", ""));
      for (Line line : lines(file)) {
        step.on(line);
      }
    }
  }

  /// Refused calls are not committed before the answer. What was answered last, as it came.
  HttpResponse<String> last() {
    return Objects.requireNonNull(last, "nothing was asked");
  }

  /// Sends one.
  String answer(Line line) {
    return answer(line, "");
  }

  /// Sends one that is to change nothing.
  String dryRun(Line line) {
    return answer(line, "dry_run=true");
  }

  private String answer(Line line, String query) {
    String[] parts = fill(line.text()).split(" ", 3);
    String body = parts.length > 2 ? parts[2] : "";
    if (parts[0].equals("CALL")) {
      HttpResponse<String> called = gateway.call("/v1/chat/completions", parts[1], body);
      gateway.recorded(called.headers().firstValue("x-request-id").orElseThrow());
      return line.number() + " " + called.statusCode() + "\t";
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1" + asking(parts[1], query)))
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
    last = response;
    for (String keep : query.isEmpty() ? line.keeps() : List.<String>of()) {
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

  private static String asking(String path, String query) {
    return query.isEmpty() ? path : path + (path.contains("?") ? "&" : "?") + query;
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
    String text = ID.matcher(body).replaceAll(ManagementRequests::name);
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

  static String resource(String name) {
    try (InputStream in = ManagementRequests.class.getResourceAsStream("/parity/" + name)) {
      return new String(
          java.util.Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
