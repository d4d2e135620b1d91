package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tollgate.dialects.upstream.Upstream.Request;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Calls a simulated provider without pauses and reads what it answers.
final class TestingClient {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final SimulatedUpstream upstream = new SimulatedUpstream(Duration.ZERO);

  /// One event of a stream.
  ///
  /// @param name empty when it has no line for its name
  record Event(String name, String data) {
    JsonNode json() {
      return parse(data);
    }
  }

  JsonNode ask(String path, String body) {
    UpstreamResponse response = post(path, body);
    assert response.status() == 200 : response.status();
    return json(response);
  }

  UpstreamResponse post(String path, String body) {
    return upstream.send(request("POST", path, body), _ -> {});
  }

  /// A request without a body.
  UpstreamResponse send(String method, String path) {
    return upstream.send(request(method, path, ""), _ -> {});
  }

  JsonNode json(String method, String path) {
    UpstreamResponse response = send(method, path);
    assert response.status() == 200 : response.status();
    return json(response);
  }

  UpstreamResponse get(String path, HeaderField... headers) {
    Request request =
        new Request("GET", path, List.of(headers), new byte[0], false, Timeouts.DEFAULT);
    return upstream.send(request, _ -> {});
  }

  List<Event> stream(String path, String body) {
    return events(post(path, body));
  }

  /// The JSON of a stream's events, without its end mark.
  List<JsonNode> chunks(String path, String body) {
    return stream(path, body).stream()
        .filter(event -> !event.data().equals("[DONE]"))
        .map(Event::json)
        .toList();
  }

  static Request request(String method, String path, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return new Request(method, path, List.of(), bytes, false, Timeouts.DEFAULT);
  }

  static JsonNode json(UpstreamResponse response) {
    StringBuilder text = new StringBuilder();
    for (byte[] part = response.read(); part != null; part = response.read()) {
      text.append(new String(part, StandardCharsets.UTF_8));
    }
    return parse(text.toString());
  }

  static List<Event> events(UpstreamResponse response) {
    List<Event> events = new ArrayList<>();
    for (byte[] part = response.read(); part != null; part = response.read()) {
      events.add(event(new String(part, StandardCharsets.UTF_8)));
    }
    return events;
  }

  private static Event event(String text) {
    assert text.endsWith("\n\n") : text;
    String name = "";
    String data = "";
    for (String line : text.lines().toList()) {
      if (line.startsWith("event: ")) {
        name = line.substring("event: ".length());
      } else if (line.startsWith("data: ")) {
        data = line.substring("data: ".length());
      }
    }
    return new Event(name, data);
  }

  /// The values at a JSON pointer, put together.
  static String joined(List<JsonNode> chunks, String pointer) {
    return chunks.stream().map(chunk -> chunk.at(pointer).asText("")).collect(Collectors.joining());
  }

  static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
