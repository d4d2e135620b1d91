package dev.tollgate.domain.notifications;

import dev.tollgate.domain.ids.NotificationId;
import dev.tollgate.domain.ids.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// One message to one receiver, and how its delivery goes.
///
/// @param type what happened, such as `budget.threshold_reached`
/// @param receiver an e-mail address or a webhook's id
/// @param subject one line
/// @param text for people
/// @param json for machines
/// @param attempts made so far
/// @param error why the last attempt failed, or null
/// @param finishedAt when it was delivered or given up, or null
public record Notification(
    NotificationId id,
    TenantId tenant,
    String type,
    Channel channel,
    String receiver,
    String subject,
    String text,
    String json,
    Status status,
    int attempts,
    @Nullable String error,
    Instant createdAt,
    @Nullable Instant finishedAt) {
  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(8),
          Duration.ofHours(24));

  /// The way it takes.
  public enum Channel {
    EMAIL,
    WEBHOOK;

    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// How far it has come.
  public enum Status {
    PENDING,
    DELIVERED,
    FAILED;

    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// How long to wait after so many failed attempts; null when it is given up.
  public static @Nullable Duration pauseAfter(int attempts) {
    return attempts > PAUSES.size() ? null : PAUSES.get(attempts - 1);
  }
}
