package dev.tollgate.providers.notifications;

import dev.tollgate.domain.notifications.Notification;
import dev.tollgate.domain.notifications.Notifier;
import jakarta.mail.Authenticator;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// Sends mail by SMTP.
public final class MailNotifier implements Notifier {
  private static final String TIMEOUT_MILLIS = "10000";

  private final MailServer server;
  private final Session session;

  /// Where mail leaves.
  ///
  /// @param tls `starttls`, `tls` or `none`
  /// @param user null when it asks for no password
  public record MailServer(
      String host,
      int port,
      String tls,
      String from,
      @Nullable String user,
      @Nullable String password) {
    @Override
    public String toString() {
      return "MailServer[" + host + ":" + port + "]";
    }
  }

  public MailNotifier(MailServer server) {
    this.server = server;
    Properties properties = new Properties();
    properties.setProperty("mail.smtp.host", server.host());
    properties.setProperty("mail.smtp.port", Integer.toString(server.port()));
    properties.setProperty("mail.smtp.connectiontimeout", TIMEOUT_MILLIS);
    properties.setProperty("mail.smtp.timeout", TIMEOUT_MILLIS);
    properties.setProperty("mail.smtp.writetimeout", TIMEOUT_MILLIS);
    properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
    properties.setProperty("mail.smtp.ssl.enable", Boolean.toString(server.tls().equals("tls")));
    boolean startTls = server.tls().equals("starttls");
    properties.setProperty("mail.smtp.starttls.enable", Boolean.toString(startTls));
    properties.setProperty("mail.smtp.starttls.required", Boolean.toString(startTls));
    properties.setProperty("mail.smtp.auth", Boolean.toString(server.user() != null));
    session = Session.getInstance(properties, authenticator(server));
  }

  private static @Nullable Authenticator authenticator(MailServer server) {
    if (server.user() == null) {
      return null;
    }
    return new Authenticator() {
      @Override
      protected PasswordAuthentication getPasswordAuthentication() {
        return new PasswordAuthentication(server.user(), server.password());
      }
    };
  }

  @Override
  public void deliver(Notification notification) {
    try {
      MimeMessage message = new MimeMessage(session);
      message.setFrom(new InternetAddress(server.from(), true));
      message.setRecipient(RecipientType.TO, new InternetAddress(notification.receiver(), true));
      message.setSubject(notification.subject(), StandardCharsets.UTF_8.name());
      message.setText(notification.text(), StandardCharsets.UTF_8.name());
      message.setHeader("X-Tollgate-Notification", notification.id().toString());
      Transport.send(message);
    } catch (MessagingException e) {
      throw new DeliveryFailed("the mail server did not take it: " + e.getMessage(), e);
    }
  }
}
