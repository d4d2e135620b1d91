package dev.tollgate.cli;

import dev.tollgate.cli.Summary.Speed;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One call of `/chat/completions`: sends the question and prints the answer as it comes.
final class ChatCall {

  /// From sending to the head of the answer.
  private static final Duration ANSWER_LIMIT = Duration.ofMinutes(10);

  /// The most that is read of an error's body.
  private static final int LARGEST_ERROR = 64 << 10;

  private static final String EVENT_STREAM = "text/event-stream";

  private final Gateway gateway;
  private final PrintStream out;

  ChatCall(Gateway gateway, PrintStream out) {
    this.gateway = gateway;
    this.out = out;
  }

  /// @throws CommandFailure when there is no answer or not all of it
  Summary ask(Question question) {
    HttpRequest request = request(question);
    try (HttpClient client = gateway.client()) {
      Transcript transcript = new Transcript(out);
      HttpResponse<InputStream> response = send(client, request);
      try {
        return read(response, question, transcript);
      } finally {
        transcript.endLine();
        // A stream that the gateway keeps open would hold up the closing of the client.
        client.shutdownNow();
      }
    }
  }

  private HttpRequest request(Question question) {
    return gateway
        .request("/chat/completions")
        .header("Accept", question.stream() ? EVENT_STREAM : "application/json")
        .timeout(ANSWER_LIMIT)
        .POST(BodyPublishers.ofString(question.json()))
        .build();
  }

  private HttpResponse<InputStream> send(HttpClient client, HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw ConnectionTrouble.explain(KnownGateway.Use.CALLS, gateway.address(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("The call was interrupted.");
    }
  }

  private Summary read(
      HttpResponse<InputStream> response, Question question, Transcript transcript) {
    Refusals refusals = new Refusals(gateway, response.headers());
    try (InputStream body = response.body()) {
      if (response.statusCode() != 200) {
        byte[] error = body.readNBytes(LARGEST_ERROR);
        throw refusals.status(response.statusCode(), new String(error, StandardCharsets.UTF_8));
      }
      AnswerReader reader = new AnswerReader(transcript, refusals);
      if (question.stream()) {
        refuseOtherThanStream(response, refusals);
        Usage usage = reader.stream(body);
        Speed speed = new Speed.Streamed(transcript.untilFirst(), transcript.flow());
        return new Summary(usage, speed, refusals.call());
      }
      Usage usage = withHeaders(reader.whole(body), response);
      return new Summary(usage, new Speed.Whole(transcript.elapsed()), refusals.call());
    } catch (IOException e) {
      throw refusals.incomplete("the connection broke");
    }
  }

  private static void refuseOtherThanStream(HttpResponse<?> response, Refusals refusals) {
    String contentType = response.headers().firstValue("content-type").orElse("none");
    if (!contentType.startsWith(EVENT_STREAM)) {
      throw refusals.notAStream(contentType);
    }
  }

  /// An answer in one piece has its cost in the headers.
  private static @Nullable Usage withHeaders(@Nullable Usage usage, HttpResponse<?> response) {
    if (usage == null) {
      return null;
    }
    return usage.with(
        response.headers().firstValue("x-tollgate-cost").orElse(null),
        response.headers().firstValue("x-tollgate-settlement").isPresent());
  }
}
