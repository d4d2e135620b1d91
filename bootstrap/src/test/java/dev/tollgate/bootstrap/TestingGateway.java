package dev.tollgate.bootstrap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.domain.testing.Eventually;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A real gateway with a real PostgreSQL on free ports, shared by the tests of a run. Tests keep
/// out of each other's way by projects, keys and models of their own.
final class TestingGateway {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final AtomicInteger NAMES = new AtomicInteger();

  private final @Nullable DevGateway dev;
  private final String url;
  private final String adminToken;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private TestingGateway(@Nullable DevGateway dev, String url, String adminToken) {
    this.dev = dev;
    this.url = url;
    this.adminToken = adminToken;
  }

  /// A gateway that runs elsewhere.
  static TestingGateway at(String url, String adminToken) {
    return new TestingGateway(null, url, adminToken);
  }

  private static final class Shared {
    private static final TestingGateway GATEWAY = start();

    private static TestingGateway start() {
      try {
        Path folder = Files.createTempDirectory("tollgate-test");
        TestingGateway gateway = start(folder);
        Runtime.getRuntime().addShutdownHook(new Thread(gateway::close));
        return gateway;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static TestingGateway start(Path folder) {
      return TestingGateway.start(folder);
    }
  }

  /// The gateway all tests of this run share; stopped when the run ends.
  static TestingGateway shared() {
    return Shared.GATEWAY;
  }

  /// A gateway of its own in a folder; the test closes it.
  static TestingGateway start(Path folder) {
    return start(folder, Clock.systemUTC());
  }

  /// One at a port of the test's.
  static TestingGateway start(Path folder, int port) {
    return start(folder, port, Clock.systemUTC());
  }

  /// One with a clock of the test's.
  static TestingGateway start(Path folder, Clock clock) {
    return start(folder, 0, clock);
  }

  private static TestingGateway start(Path folder, int port, Clock clock) {
    DevGateway dev =
        new DevGateway(
            new DevGateway.Options(
                folder,
                "127.0.0.1",
                port,
                0,
                0,
                0,
                null,
                Set.of("https://app.example"),
                Duration.ofSeconds(5),
                clock));
    dev.start();
    return new TestingGateway(dev, "http://127.0.0.1:" + dev.port(), dev.env().adminToken());
  }

  void close() {
    dev().close();
  }

  DevGateway dev() {
    return Objects.requireNonNull(dev, "runs elsewhere");
  }

  /// Runs statements in its database, as the owner of the tables.
  void sql(String... statements) throws SQLException {
    DatabaseConfig config = dev().database();
    try (Connection connection =
            DriverManager.getConnection(
                config.url(), Role.MIGRATOR.user(), config.password(Role.MIGRATOR));
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  /// The settings of a node that serves beside it, on the same database.
  ///
  /// @param data its folder
  /// @param more lines of the file of settings
  Settings ofNodeBeside(Path data, String more) throws IOException {
    DatabaseConfig database = dev().database();
    String yaml =
        """
        database: {url: "%s", migrator_password: "%s", app_password: "%s", ledger_password: "%s"}
        keys_file: %s
        %s
        """
            .formatted(
                database.url(),
                database.password(Role.MIGRATOR),
                database.password(Role.APP),
                database.password(Role.LEDGER),
                data.resolve("master.keys"),
                more);
    return Settings.read(Files.writeString(data.resolve("tollgate.yaml"), yaml), Map.of());
  }

  String url() {
    return url;
  }

  String opsUrl() {
    return "http://127.0.0.1:" + dev().opsPort();
  }

  String demoKey() {
    return dev().env().key();
  }

  String adminToken() {
    return adminToken;
  }

  /// A name no other test uses.
  static String unique(String prefix) {
    return prefix + "-" + NAMES.incrementAndGet();
  }

  /// A management request; fails the test unless it is answered with 2xx.
  JsonNode manage(String method, String path, String body) {
    HttpResponse<String> response = tryManage(method, path, body);
    if (response.statusCode() / 100 != 2) {
      throw new AssertionError(
          method + " " + path + " -> " + response.statusCode() + " " + response.body());
    }
    return json(response.body());
  }

  HttpResponse<String> tryManage(String method, String path, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url() + "/api/v1" + path))
            .timeout(Duration.ofSeconds(20))
            .header("Authorization", "Bearer " + adminToken());
    return send(
        request
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /// A call with a key.
  HttpResponse<String> call(String path, String key, String body) {
    return send(
        HttpRequest.newBuilder(URI.create(url() + path))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + key)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  HttpResponse<String> get(String path, String key) {
    return send(
        HttpRequest.newBuilder(URI.create(url() + path))
            .timeout(Duration.ofSeconds(30))
            .header("Authorization", "Bearer " + key)
            .build());
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  String newProject() {
    return manage("POST", "/projects", "{\"name\":\"" + unique("project") + "\"}")
        .path("id")
        .asText();
  }

  /// Creates a key in a project.
  ///
  /// @param more further members of the request, such as `"models":["x"]`, or nothing
  JsonNode newKey(String project, String more) {
    String members = more.isEmpty() ? "" : "," + more;
    return manage(
        "POST",
        "/keys",
        "{\"name\":\"" + unique("key") + "\",\"project\":\"" + project + "\"" + members + "}");
  }

  /// The first budget of a key.
  JsonNode budgetOf(JsonNode key) {
    return manage("GET", "/budgets?scope=key&scope_id=" + key.path("id").asText(), "")
        .path("data")
        .get(0);
  }

  /// The code of an error of the OpenAI dialect.
  static String code(HttpResponse<String> response) {
    return json(response.body()).path("error").path("code").asText();
  }

  /// Adds a provider at a local server and a model that it serves, priced at 1 dollar a million
  /// input tokens, 0.10 cached, 1.25 written to a cache and 2 output.
  String newModel(String kind, String baseUrl) {
    return newModel(
        kind,
        baseUrl,
        "upstream-model",
        """
        "timeouts":{"connect":"PT2S","first_byte":"PT3S","whole":"PT3S","idle":"PT2S",
                    "total":"PT20S"}""",
        """
        "input":"1.00","cached_input":"0.10","cache_write":"1.25","output":"2.00\"""");
  }

  /// Adds a provider at a local server and a model that it serves.
  ///
  /// @param upstreamModel the provider's name for it
  /// @param options members of the provider's options
  /// @param rates members of its price, or nothing when it has none
  String newModel(String kind, String baseUrl, String upstreamModel, String options, String rates) {
    String provider = unique("provider");
    String model = unique("model");
    manage(
        "POST",
        "/providers",
        """
        {"name":"%s","kind":"%s","base_url":"%s","credential":"sk-upstream-secret-0123456789",
         "allow_private_network":true,"options":{%s}}"""
            .formatted(provider, kind, baseUrl, options));
    manage(
        "POST",
        "/models",
        """
        {"name":"%s","deployments":[{"provider":"%s","model":"%s"}]}"""
            .formatted(model, provider, upstreamModel));
    if (!rates.isEmpty()) {
      manage(
          "PUT",
          "/prices",
          """
          {"provider":"%s","model":"%s","effective_from":"2026-01-01T00:00:00Z",%s}"""
              .formatted(provider, upstreamModel, rates));
    }
    return model;
  }

  /// A provider among the first hundred.
  JsonNode provider(String name) {
    for (JsonNode each : manage("GET", "/providers?limit=100", "").path("data")) {
      if (each.path("name").asText().equals(name)) {
        return each;
      }
    }
    throw new IllegalStateException("no provider " + name);
  }

  /// The provider of a model's only deployment.
  String providerOf(String model) {
    String cursor = "";
    while (true) {
      JsonNode page = manage("GET", "/models?limit=100" + cursor, "");
      for (JsonNode each : page.path("data")) {
        if (each.path("name").asText().equals(model)) {
          return each.path("deployments").get(0).path("provider").asText();
        }
      }
      if (!page.path("has_more").asBoolean()) {
        break;
      }
      cursor = "&cursor=" + page.path("next_cursor").asText();
    }
    throw new AssertionError("no model " + model);
  }

  /// The newest call of a key, waited for briefly: refused calls are not committed before the
  /// answer.
  JsonNode lastCall(String keyId) {
    return Eventually.answer(
            "a call of " + keyId + " is recorded",
            () -> manage("GET", "/calls?limit=1&key=" + keyId, "").path("data"),
            rows -> !rows.isEmpty())
        .get(0);
  }

  /// A call, waited for briefly.
  JsonNode recorded(String call) {
    return json(
        Eventually.answer(
                "call " + call + " is recorded",
                () -> tryManage("GET", "/calls/" + call, ""),
                found -> found.statusCode() == 200)
            .body());
  }

  /// The content of a call, waited for briefly: that of most calls is written after the answer.
  JsonNode content(String call) {
    return Eventually.answer(
        "the content of " + call + " is kept",
        () -> json(tryManage("GET", "/calls/" + call, "").body()).path("content"),
        JsonNode::isObject);
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
