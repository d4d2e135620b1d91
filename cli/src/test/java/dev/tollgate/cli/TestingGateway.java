package dev.tollgate.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A gateway that gives one prepared answer to every call and remembers what it was sent.
final class TestingGateway implements AutoCloseable {
  static final String CALL = "call_01KA6Y3V5XE9TTN4X1S2Q8ZB7C";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Answer answer = exchange -> exchange.sendResponseHeaders(500, -1);

  record Received(String target, String authorization, String body) {}

  private interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  TestingGateway() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  String baseUrl() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
  }

  Received received() {
    return received.getLast();
  }

  /// Answers with these events and ends.
  TestingGateway streams(String... events) {
    answer = exchange -> write(begin(exchange), events);
    return this;
  }

  /// Answers with these events and leaves the connection open.
  TestingGateway streamsAndStays(String... events) {
    answer =
        exchange -> {
          write(begin(exchange), events);
          await(closing);
        };
    return this;
  }

  /// Answers with the first event, and with the rest when it is told to.
  TestingGateway streamsInTwo(String first, CountDownLatch goOn, String... rest) {
    answer =
        exchange -> {
          OutputStream out = begin(exchange);
          write(out, first);
          await(goOn);
          write(out, rest);
        };
    return this;
  }

  /// Answers with these events and cuts the connection in the middle of a chunk.
  TestingGateway streamsAndBreaks(String... events) {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("x-request-id", CALL);
          exchange.getResponseHeaders().set("content-type", "text/event-stream");
          exchange.sendResponseHeaders(200, 1_000_000);
          write(exchange.getResponseBody(), events);
        };
    return this;
  }

  TestingGateway answers(int status, String contentType, String body, String... headers) {
    answer =
        exchange -> {
          exchange.getResponseHeaders().set("x-request-id", CALL);
          exchange.getResponseHeaders().set("content-type", contentType);
          for (int i = 0; i < headers.length; i += 2) {
            exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
          }
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
        };
    return this;
  }

  @Override
  public void close() {
    closing.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      received.add(
          new Received(
              exchange.getRequestMethod() + " " + exchange.getRequestURI(),
              exchange.getRequestHeaders().getFirst("Authorization"),
              new String(body, StandardCharsets.UTF_8)));
      answer.give(exchange);
    }
  }

  private static OutputStream begin(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("x-request-id", CALL);
    exchange.getResponseHeaders().set("content-type", "text/event-stream; charset=utf-8");
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  private static void write(OutputStream out, String... events) throws IOException {
    for (String event : events) {
      out.write(event.getBytes(StandardCharsets.UTF_8));
      out.flush();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
