package dev.tollgate.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The management API of a gateway, over REST.
final class Management {
  static final int NO_CONTENT = 204;
  private static final int ACCEPTED = 202;
  private static final int FIRST_REFUSAL = 300;
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final JsonMapper JSON = new JsonMapper();

  private final Map<String, String> environment;

  Management(Map<String, String> environment) {
    this.environment = environment;
  }

  /// Takes what was answered.
  interface Answers {
    /// One answer as a whole.
    void whole(int status, String body);

    /// An answer of JSON lines.
    ///
    /// @throws IOException when it breaks
    void lines(InputStream in) throws IOException;
  }

  /// @param data the folder of `dev`, which knows a gateway when the environment does not
  /// @throws CommandFailure with what the gateway said, when it refuses
  void call(RestCall call, Path data, Answers answers) {
    Gateway gateway = KnownGateway.find(KnownGateway.Use.MANAGEMENT, environment, data);
    try (HttpClient client = gateway.client()) {
      HttpRequest.Builder request =
          gateway
              .request(RestCall.BASE + call.path())
              .timeout(LIMIT)
              .method(
                  call.verb(),
                  call.body() == null
                      ? BodyPublishers.noBody()
                      : BodyPublishers.ofString(call.body()));
      call.headers().forEach(request::header);
      HttpResponse<InputStream> response =
          client.send(request.build(), BodyHandlers.ofInputStream());
      try (InputStream in = response.body()) {
        answered(gateway, response, in, answers);
      }
    } catch (IOException e) {
      throw ConnectionTrouble.explain(KnownGateway.Use.MANAGEMENT, gateway.address(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("The request was interrupted.");
    }
  }

  /// What is answered as a whole.
  ///
  /// @throws CommandFailure with what the gateway said, when it refuses
  JsonNode ask(RestCall call, Path data) {
    List<JsonNode> answered = new ArrayList<>();
    call(
        call,
        data,
        new Answers() {
          @Override
          public void whole(int status, String body) {
            answered.add(parsed(body));
          }

          @Override
          public void lines(InputStream in) {
            throw new IllegalStateException(call.path() + " is answered by lines");
          }
        });
    return answered.getFirst();
  }

  private static void answered(
      Gateway gateway, HttpResponse<InputStream> response, InputStream in, Answers answers)
      throws IOException {
    if (response.statusCode() >= FIRST_REFUSAL) {
      throw refusal(gateway, response.statusCode(), text(in));
    }
    boolean lines =
        response.headers().firstValue("content-type").orElse("").startsWith("application/x-ndjson");
    if (lines) {
      answers.lines(in);
    } else {
      answers.whole(response.statusCode(), text(in));
    }
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  /// Whether an answer says that the work goes on, or that it waits for a second person.
  static boolean isPending(int status) {
    return status == ACCEPTED;
  }

  private static CommandFailure refusal(Gateway gateway, int status, String body) {
    JsonNode problem = parsed(body);
    String silent = "The gateway at " + gateway.address() + " refused without a reason.";
    StringBuilder text = new StringBuilder(problem.path("detail").asText(silent));
    text.append(" (").append(status);
    for (String each : new String[] {"code", "request_id"}) {
      if (problem.hasNonNull(each)) {
        text.append(each.equals("code") ? " " : ", ").append(problem.path(each).asText());
      }
    }
    return new CommandFailure(exitCode(status), gateway.redact(text.append(')').toString()));
  }

  private static int exitCode(int status) {
    return switch (status) {
      case 400, 405, 413, 422 -> CommandFailure.USAGE;
      case 401 -> CommandFailure.SIGN_IN_NEEDED;
      case 403 -> CommandFailure.FORBIDDEN;
      case 404 -> CommandFailure.NOT_FOUND;
      case 409, 412 -> CommandFailure.CONFLICT;
      case 429 -> CommandFailure.LIMIT_REACHED;
      default -> CommandFailure.FAILED;
    };
  }

  /// What an answer holds; nothing when it is no JSON.
  static JsonNode parsed(String body) {
    try {
      JsonNode node = JSON.readTree(body);
      return node == null ? MissingNode.getInstance() : node;
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }
}
