package dev.tollgate.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLException;

/// One call of `/chat/completions`: sends the question and prints the answer as it comes.
final class ChatCall {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  /// From sending to the first byte, which for an answer in one piece is also the last.
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

  Summary ask(Question question) {
    HttpRequest request =
        gateway
            .post("/chat/completions")
            .header("Accept", question.stream() ? EVENT_STREAM : "application/json")
            .timeout(ANSWER_LIMIT)
            .POST(BodyPublishers.ofString(question.json()))
            .build();
    try (HttpClient client = client()) {
      Transcript transcript = new Transcript(out);
      HttpResponse<InputStream> response = send(client, request);
      try {
        return read(response, question, transcript);
      } catch (CommandFailure e) {
        transcript.endLine();
        // A connection that stays open would hold up the closing of the client.
        client.shutdownNow();
        throw e;
      }
    }
  }

  private HttpClient client() {
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_LIMIT);
    return (gateway.isLocal() ? builder.proxy(HttpClient.Builder.NO_PROXY) : builder).build();
  }

  private HttpResponse<InputStream> send(HttpClient client, HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofInputStream());
    } catch (ConnectException | HttpConnectTimeoutException e) {
      throw CommandFailure.failed(
          "No gateway answers at %s (%s). Start it with './tollgate dev' or check OPENAI_BASE_URL."
              .formatted(gateway.address(), reason(e, "connection refused")));
    } catch (HttpTimeoutException e) {
      throw CommandFailure.failed(
          "The gateway at %s did not answer within %d minutes."
              .formatted(gateway.address(), ANSWER_LIMIT.toMinutes()));
    } catch (SSLException e) {
      throw CommandFailure.failed(
          "No secure connection to %s: %s. Check the certificate and OPENAI_BASE_URL."
              .formatted(gateway.address(), reason(e, "TLS failed")));
    } catch (IOException e) {
      throw CommandFailure.failed(
          "The connection to %s broke before an answer came: %s."
              .formatted(gateway.address(), reason(e, "it was closed")));
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
      if (!question.stream()) {
        return whole(reader.whole(body), response, transcript);
      }
      String contentType = response.headers().firstValue("content-type").orElse("unknown");
      if (!contentType.startsWith(EVENT_STREAM)) {
        throw refusals.notAStream(contentType);
      }
      Usage usage = reader.stream(body);
      var speed = new Summary.Speed.Streamed(transcript.untilFirst(), transcript.flow());
      return new Summary(usage, speed, refusals.call());
    } catch (IOException e) {
      throw refusals.brokenOff(reason(e, "the connection broke"));
    }
  }
}
