package dev.tollgate.providers.notifications;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ids.NotificationId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.notifications.Notification.Channel;
import dev.tollgate.domain.notifications.Notification.Status;
import dev.tollgate.domain.notifications.Notifier.DeliveryFailed;
import dev.tollgate.providers.notifications.MailNotifier.MailServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class MailNotifierTest {
  private static Notification message(String receiver) {
    return new Notification(
        new NotificationId(SampleIds.anId()),
        SampleIds.aTenant(),
        "budget.threshold_reached",
        Channel.EMAIL,
        receiver,
        "80 % of $25.00 are used – Übersicht",
        "Settled $20.12\n",
        "{}",
        Status.PENDING,
        1,
        null,
        Instant.EPOCH,
        null);
  }

  /// A mail server that takes one mail for each connection.
  private static final class ScriptedMailServer implements AutoCloseable {
    private final ServerSocket server;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final String answerToReceiver;

    private ScriptedMailServer(String answerToReceiver) throws IOException {
      this.answerToReceiver = answerToReceiver;
      server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
      Thread.ofVirtual().start(this::accept);
    }

    private void accept() {
      try {
        while (true) {
          try (Socket socket = server.accept()) {
            serve(socket);
          }
        }
      } catch (IOException e) {
        // The test is over.
      }
    }

    private void serve(Socket socket) throws IOException {
      OutputStream out = socket.getOutputStream();
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      say(out, "220 mail.example");
      boolean data = false;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
        if (data) {
          if (line.equals(".")) {
            data = false;
            say(out, "250 taken");
          }
        } else if (line.startsWith("RCPT")) {
          say(out, answerToReceiver);
        } else if (line.equals("DATA")) {
          data = true;
          say(out, "354 go on");
        } else {
          say(out, "250 fine");
        }
      }
    }

    private static void say(OutputStream out, String line) throws IOException {
      out.write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }

    private MailNotifier notifier(String tls) {
      return new MailNotifier(
          new MailServer(
              "127.0.0.1", server.getLocalPort(), tls, "tollgate@example.com", null, null));
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  @Test
  void sendsOnePlainMail() throws IOException {
    try (ScriptedMailServer server = new ScriptedMailServer("250 fine")) {
      server.notifier("none").deliver(message("lead@example.com"));
      assertThat(server.lines)
          .contains("MAIL FROM:<tollgate@example.com>", "RCPT TO:<lead@example.com>")
          .contains("Settled $20.12")
          .anyMatch(line -> line.startsWith("Subject: =?UTF-8?"));
    }
  }

  @Test
  void aRefusalIsADeliveryThatFailed() throws IOException {
    try (ScriptedMailServer server = new ScriptedMailServer("550 nobody here")) {
      assertThatThrownBy(() -> server.notifier("none").deliver(message("lead@example.com")))
          .isInstanceOf(DeliveryFailed.class);
    }
  }

  @Test
  void withoutTlsNothingIsSentWhereItIsAskedFor() throws IOException {
    try (ScriptedMailServer server = new ScriptedMailServer("250 fine")) {
      assertThatThrownBy(() -> server.notifier("starttls").deliver(message("lead@example.com")))
          .isInstanceOf(DeliveryFailed.class);
      assertThat(server.lines).noneMatch(line -> line.startsWith("MAIL"));
    }
  }

  @Test
  void anAddressCannotBreakOutOfItsLine() throws IOException {
    try (ScriptedMailServer server = new ScriptedMailServer("250 fine")) {
      assertThatThrownBy(
              () -> server.notifier("none").deliver(message("a@example.com\r\nRCPT TO:<b@x>")))
          .isInstanceOf(DeliveryFailed.class);
      assertThat(server.lines).isEmpty();
    }
  }
}
