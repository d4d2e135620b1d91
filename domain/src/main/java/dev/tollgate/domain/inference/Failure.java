package dev.tollgate.domain.inference;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Why an attempt failed. The kind decides what the caller is told, whether another deployment is
/// tried, and whether anything may have been billed.
///
/// @param status the provider's HTTP status, or 0 when there was none
/// @param message what the provider said, scrubbed of its credential, or our own words
/// @param type the provider's `type`, when the body could be read
/// @param param the field that the provider blames, or null
/// @param code the provider's `code`, or null
/// @param finalAnswer whether the provider said that a retry is of no use
public record Failure(
    Kind kind,
    int status,
    @Nullable Duration retryAfter,
    String message,
    @Nullable String type,
    @Nullable String param,
    @Nullable String code,
    boolean finalAnswer) {

  /// Kinds of provider failure.
  public enum Kind {
    /// The request itself is at fault; another deployment would say the same.
    BAD_REQUEST(false, false),
    /// The provider does not know the model.
    NOT_FOUND(true, false),
    /// The provider refused the credential that Tollgate holds.
    AUTH(true, false),
    /// The provider's own content filter.
    CONTENT_FILTERED(false, true),
    /// A transient limit; retry later.
    RATE_LIMITED(true, false),
    /// The account has no money left; retrying is of no use.
    BILLING_STOP(true, false),
    /// The provider is overloaded or broken and said so in a complete answer.
    OVERLOADED(true, false),
    /// No connection could be made, so nothing was sent.
    CONNECT(true, false),
    /// Sent, and no answer in time.
    TIMEOUT(false, true),
    /// The connection broke, or the answer was nonsense, after the request was sent.
    BROKEN(false, true);

    private final boolean another;
    private final boolean billable;

    Kind(boolean another, boolean billable) {
      this.another = another;
      this.billable = billable;
    }

    /// Whether another deployment may be tried. Never once the request may have been worked on.
    public boolean mayTryAnother() {
      return another;
    }

    /// Whether the provider may have billed something.
    public boolean mayBeBilled() {
      return billable;
    }
  }

  /// The same failure, of which the provider said that a retry is of no use.
  public Failure asFinal() {
    return new Failure(kind, status, retryAfter, message, type, param, code, true);
  }

  /// A failure that Tollgate itself found.
  public static Failure of(Kind kind, String message) {
    return new Failure(kind, 0, null, message, null, null, null, false);
  }
}
