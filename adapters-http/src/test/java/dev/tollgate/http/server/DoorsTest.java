package dev.tollgate.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ids.TimeOrderedIds;
import dev.tollgate.domain.testing.Eventually;
import dev.tollgate.http.connection.Connections.Limits;
import dev.tollgate.http.connection.WholeAnswer;
import dev.tollgate.http.server.HttpSettings.Door;
import io.helidon.webserver.http.HttpRouting;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who gets in, and what becomes of a port that has died.
@Timeout(60)
class DoorsTest {
  private static final String ASK = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";

  private final List<Socket> sockets = new ArrayList<>();
  private @Nullable Listener listener;

  @AfterEach
  void tearDown() throws IOException {
    for (Socket each : sockets) {
      each.close();
    }
    if (listener != null) {
      listener.stop();
    }
  }

  @Test
  void onePeerTakesItsShareAndNoMore() throws IOException {
    Listener open = open(new Limits(100, 5, _ -> false));
    for (int i = 0; i < 5; i++) {
      assertThat(served(connect(open, "127.0.0.2"))).isTrue();
    }

    assertThat(served(connect(open, "127.0.0.2"))).isFalse();
    assertThat(served(connect(open, "127.0.0.3"))).isTrue();
    assertThat(open.connections().refused()).isOne();
  }

  @Test
  void aPeerThatLeavesMakesRoomForItself() throws Exception {
    Listener open = open(new Limits(100, 1, _ -> false));
    for (int i = 0; i < 20; i++) {
      Socket socket = connect(open, "127.0.0.2");
      assertThat(served(socket)).isTrue();
      socket.close();
      Eventually.holds("the peer has left", () -> open.connections().count() == 0);
    }
  }

  @Test
  void proxiesAreNotCounted() throws IOException {
    Listener open = open(new Limits(100, 1, address -> address[3] == 2));
    for (int i = 0; i < 5; i++) {
      assertThat(served(connect(open, "127.0.0.2"))).isTrue();
    }
  }

  @Test
  void whoeverHasBeenIdleLongestMakesRoom() throws Exception {
    Listener open = open(new Limits(3, 3, _ -> false));
    Socket first = connect(open, "127.0.0.2");
    Thread.sleep(20);
    Socket second = connect(open, "127.0.0.3");
    Thread.sleep(20);
    Socket third = connect(open, "127.0.0.4");
    Eventually.holds("all are in", () -> open.connections().count() == 3);

    assertThat(served(connect(open, "127.0.0.5"))).isTrue();

    assertThat(first.getInputStream().read()).isEqualTo(-1);
    assertThat(served(second)).isTrue();
    assertThat(served(third)).isTrue();
    assertThat(open.connections().evicted()).isOne();
  }

  @Test
  void whoIsBeingServedStays() throws Exception {
    Listener open = open(new Limits(2, 2, _ -> false));
    for (int i = 2; i < 4; i++) {
      connect(open, "127.0.0." + i)
          .getOutputStream()
          .write("GET / HT".getBytes(StandardCharsets.US_ASCII));
    }
    Thread.sleep(200);

    assertThat(served(connect(open, "127.0.0.9"))).isFalse();
    assertThat(open.connections().refused()).isOne();
  }

  /// The server itself only logs that it could not start.
  @Test
  void aPortOfAnotherProgramIsNotOurs() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> open(new Limits(100, 100, _ -> false), other.getLocalPort()))
          .hasMessageContaining("The port " + other.getLocalPort() + " (calls) of ")
          .hasMessageContaining("another program listens there");
    }
  }

  @Test
  void aPortThatAnotherProgramTookMeanwhileIsShut() throws IOException {
    Listener open = open(new Limits(100, 100, _ -> false));
    int port = open.port();
    open.server().stop();
    try (ServerSocket _ = new ServerSocket(port, 9, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 3; i++) {
        open.look();
        assertThat(open.isOpen()).isFalse();
      }
    }

    open.look();
    assertThat(open.isOpen()).isTrue();
    assertThat(served(connect(open, "127.0.0.2"))).isTrue();
  }

  @Test
  void aPortThatDiedIsOpenedAgain() throws IOException {
    Listener open = open(new Limits(100, 100, _ -> false));
    int port = open.port();

    open.server().stop();
    open.look();
    assertThat(open.isOpen()).isFalse();
    open.look();

    assertThat(open.isOpen()).isTrue();
    assertThat(open.port()).isEqualTo(port);
    assertThat(served(connect(open, "127.0.0.2"))).isTrue();
  }

  @Test
  void aPortThatIsStoppedStaysClosed() throws IOException {
    Listener open = open(new Limits(100, 100, _ -> false));

    open.stop();
    open.look();
    open.look();

    assertThat(open.isOpen()).isTrue();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), open.port()));
      assertThat(socket.isConnected()).isFalse();
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("refused");
    }
  }

  private Listener open(Limits limits) {
    return open(limits, 0);
  }

  private Listener open(Limits limits, int port) {
    TimeOrderedIds ids = new TimeOrderedIds(Clock.systemUTC(), ThreadLocalRandom::current);
    HttpRouting.Builder routing =
        HttpRouting.builder()
            .addFilter(new ConnectionRules(new AtomicInteger(), () -> false, ids))
            .get(
                "/",
                (request, response) ->
                    WholeAnswer.send(request, response, "ok".getBytes(StandardCharsets.US_ASCII)));
    Listener opened =
        new Listener(
            Door.CALLS,
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            routing,
            new WithoutRoute(ids).handlers(),
            limits,
            null);
    opened.start();
    listener = opened;
    return opened;
  }

  private Socket connect(Listener to, String from) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.bind(new InetSocketAddress(from, 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to.port()));
    return socket;
  }

  private static boolean served(Socket socket) throws IOException {
    try {
      socket.getOutputStream().write(ASK.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      StringBuilder answer = new StringBuilder();
      while (!answer.toString().endsWith("\r\n\r\nok")) {
        int next = in.read();
        if (next < 0) {
          return false;
        }
        answer.append((char) next);
      }
      return answer.toString().startsWith("HTTP/1.1 200");
    } catch (SocketException e) {
      return false;
    }
  }
}
