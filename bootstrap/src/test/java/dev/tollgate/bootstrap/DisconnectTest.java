package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/// Callers who hang up: the provider is cut off within a second, and the call is settled.
class DisconnectTest {
  private static final String CHUNK =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"twelve bytes\"}}]}\n\n";
  private static final String USAGE =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}\n\n"
          + "data: [DONE]\n\n";

  private final TestingGateway gateway = TestingGateway.shared();
  private final BlockingQueue<Boolean> hangups = new LinkedBlockingQueue<>();

  @Test
  void aSilentProviderIsCutOffBeforeItsFirstByte() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start((_, to) -> hangups.add(to.awaitHangup(1_900)))) {
      JsonNode key = gateway.newKey(gateway.newProject(), "");
      hangUp(gateway.newModel("openai", upstream.baseUrl()), key, 600, false);
      assertThat(hangups.poll(5, TimeUnit.SECONDS)).isTrue();
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("error_code").asText()).isEqualTo("client_closed");
      assertThat(call.path("status").asInt()).isEqualTo(499);
      assertThat(call.path("estimated").asBoolean()).isTrue();
      assertThat(call.path("tokens").path("input").asLong()).isPositive();
    }
  }

  /// Nobody is there to be answered, which is no error of the gateway.
  @Test
  void aCallerWhoLeavesEarlyIsNoWarning() throws Exception {
    Logger server = Logger.getLogger("io.helidon.webserver");
    List<String> warnings = new CopyOnWriteArrayList<>();
    Handler noting = noting(warnings);
    server.addHandler(noting);
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start((_, to) -> hangups.add(to.awaitHangup(1_900)))) {
      JsonNode key = gateway.newKey(gateway.newProject(), "");
      hangUp(gateway.newModel("openai", upstream.baseUrl()), key, 300, false);
      assertThat(hangups.poll(5, TimeUnit.SECONDS)).isTrue();
      gateway.lastCall(key.path("id").asText());
      // A warning would come after the record.
      Thread.sleep(200);
    } finally {
      server.removeHandler(noting);
    }
    assertThat(warnings).isEmpty();
  }

  private static Handler noting(List<String> warnings) {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        if (record.getLevel().intValue() >= Level.WARNING.intValue()) {
          warnings.add(record.getMessage());
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  @Test
  void aProviderThatFallsSilentInTheMiddleIsCutOff() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) -> {
              to.beginEvents();
              to.chunk(CHUNK + CHUNK);
              hangups.add(to.awaitHangup(1_900));
            })) {
      JsonNode key = gateway.newKey(gateway.newProject(), "");
      hangUp(gateway.newModel("openai", upstream.baseUrl()), key, 500, true);
      assertThat(hangups.poll(5, TimeUnit.SECONDS)).isTrue();
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("error_code").asText()).isEqualTo("client_closed");
      assertThat(call.path("estimated").asBoolean()).isTrue();
      // The text that was seen, or what the model can make in that time.
      assertThat(call.path("tokens").path("output").asLong()).isBetween(6L, 4_096L);
      assertThat(call.path("cost").asText()).isNotEmpty();
    }
  }

  @Test
  void aTalkativeProviderIsCutOffToo() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) -> {
              to.beginEvents();
              try {
                for (int i = 0; i < 400; i++) {
                  to.chunk(CHUNK);
                  Thread.sleep(20);
                }
                hangups.add(false);
              } catch (IOException e) {
                hangups.add(true);
              }
            })) {
      JsonNode key = gateway.newKey(gateway.newProject(), "");
      hangUp(gateway.newModel("openai", upstream.baseUrl()), key, 300, true);
      assertThat(hangups.poll(5, TimeUnit.SECONDS)).isTrue();
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("tokens").path("output").asLong()).isBetween(3L, 400L);
    }
  }

  @Test
  void theUsageOfAFinishedStreamIsWaitedFor() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) -> {
              to.beginEvents();
              to.chunk(CHUNK);
              Thread.sleep(700);
              to.chunk("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n");
              Thread.sleep(300);
              to.chunk(": still there\n\n");
              Thread.sleep(300);
              to.chunk(USAGE);
              to.endChunks();
            })) {
      JsonNode key = gateway.newKey(gateway.newProject(), "");
      hangUp(gateway.newModel("openai", upstream.baseUrl()), key, 900, true);
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("tokens").path("input").asLong()).isEqualTo(9);
      assertThat(call.path("tokens").path("output").asLong()).isEqualTo(3);
      assertThat(call.path("estimated").asBoolean()).isFalse();
    }
  }

  @Test
  void aCallThatIsNotStreamedRunsToItsEnd() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) -> {
              Thread.sleep(900);
              to.json(200, "{\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":3}}");
            })) {
      JsonNode key = gateway.newKey(gateway.newProject(), "");
      String model = gateway.newModel("openai", upstream.baseUrl());
      try (Socket socket = call(model, key, false)) {
        Thread.sleep(300);
        socket.getOutputStream().flush();
      }
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("tokens").path("output").asLong()).isEqualTo(3);
      assertThat(call.path("estimated").asBoolean()).isFalse();
    }
  }

  @Test
  void theNextRequestOfAWatchedConnectionIsServed() throws Exception {
    try (ScriptedUpstream upstream =
        ScriptedUpstream.start(
            (_, to) -> {
              to.beginEvents();
              Thread.sleep(600);
              to.chunk(CHUNK + USAGE);
              to.endChunks();
            })) {
      JsonNode key = gateway.newKey(gateway.newProject(), "");
      String model = gateway.newModel("openai", upstream.baseUrl());
      try (Socket socket = call(model, key, true)) {
        assertThat(readUntil(socket, "\r\n0\r\n\r\n")).contains("[DONE]");
        socket.getOutputStream().write(request(model, key, true));
        assertThat(readUntil(socket, "\r\n0\r\n\r\n")).contains("200 OK").contains("[DONE]");
      }
    }
  }

  /// A caller who leaves while it waits for its turn is not sent to a provider.
  @Test
  void whoLeavesTheLineIsNotDispatched() throws Exception {
    try (PricedUpstream upstream = new PricedUpstream().pausing(3_000)) {
      String model = upstream.model(gateway, "\"timeouts\":{\"whole\":\"PT10S\"}");
      JsonNode key =
          gateway.newKey(
              gateway.newProject(), "\"budget\":{\"limit\":\"0.06\",\"window\":\"total\"}");
      Thread first =
          Thread.ofVirtual()
              .start(
                  () ->
                      gateway.call(
                          "/v1/chat/completions",
                          key.path("key").asText(),
                          PricedUpstream.body(model, 40)));
      Thread.sleep(500);
      byte[] body =
          PricedUpstream.body(model, 40).getBytes(java.nio.charset.StandardCharsets.UTF_8);
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.dev().port())) {
        socket
            .getOutputStream()
            .write(
                ("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer "
                        + key.path("key").asText()
                        + "\r\ncontent-length: "
                        + body.length
                        + "\r\n\r\n")
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        Thread.sleep(500);
      }
      long left = System.nanoTime();
      JsonNode call = gateway.lastCall(key.path("id").asText());
      assertThat(call.path("status").asInt()).as("%s", call).isEqualTo(499);
      assertThat(call.path("cost").isNull()).isTrue();
      assertThat(System.nanoTime() - left).isLessThan(10_000_000_000L);
      first.join();
      Thread.sleep(300);
      assertThat(upstream.served()).isEqualTo(1);
      assertThat(gateway.budgetOf(key).path("held").asText()).isEqualTo("0.00");
    }
  }

  private void hangUp(String model, JsonNode key, int afterMillis, boolean readFirst)
      throws Exception {
    try (Socket socket = call(model, key, true)) {
      if (readFirst) {
        readUntil(socket, "twelve bytes");
      }
      Thread.sleep(afterMillis);
    }
  }

  private Socket call(String model, JsonNode key, boolean stream) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.dev().port());
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(request(model, key, stream));
    return socket;
  }

  private static byte[] request(String model, JsonNode key, boolean stream) {
    String body =
        "{\"model\":\""
            + model
            + "\",\"stream\":"
            + stream
            + ",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
    return ("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer "
            + key.path("key").asText()
            + "\r\ncontent-length: "
            + body.length()
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String readUntil(Socket socket, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    InputStream in = socket.getInputStream();
    int b;
    while (text.indexOf(end) < 0 && (b = in.read()) >= 0) {
      text.append((char) b);
    }
    return text.toString();
  }
}
