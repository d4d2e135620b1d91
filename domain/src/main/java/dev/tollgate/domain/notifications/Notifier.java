package dev.tollgate.domain.notifications;

/// Delivers messages by one channel. Thread-safe; blocks for at most half a minute.
public interface Notifier {
  /// Returns when the receiver has taken it. A receiver may see a message twice, under the same id.
  ///
  /// @throws DeliveryFailed when it has not, or it is not known
  void deliver(Notification notification);

  /// Why a message was not taken; fit to be shown to administrators.
  final class DeliveryFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeliveryFailed(String message) {
      super(message);
    }

    public DeliveryFailed(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
