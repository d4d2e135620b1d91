package dev.tollgate.domain.inference;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Why an attempt failed. The kind decides what the caller is told and whether another deployment
/// may be tried; whether anything may have been billed depends on how far the attempt had come,
/// too.
///
/// @param status the provider's HTTP status, or 0 when there was none
/// @param message what the provider said, scrubbed of its credential, or our own words
/// @param type the provider's `type`, when the body could be read
/// @param param the field that the provider blames, or null
/// @param code the provider's `code`, or null
/// @param finalAnswer whether the provider said that a retry is of no use
/// @param billed whether the provider may have billed something
public record Failure(
    Kind kind,
    int status,
    @Nullable Duration retryAfter,
    String message,
    @Nullable String type,
    @Nullable String param,
    @Nullable String code,
    boolean finalAnswer,
    boolean billed) {

  /// Kinds of provider failure.
  public enum Kind {
    /// The request itself is at fault; another deployment would say the same.
    BAD_REQUEST(false),
    /// The provider does not know the model.
    NOT_FOUND(true),
    /// The provider does not offer what is asked for.
    UNSUPPORTED(true),
    /// The provider refused the credential that Tollgate holds.
    AUTH(true),
    /// The provider's own content filter.
    CONTENT_FILTERED(false),
    /// A transient limit; retry later.
    RATE_LIMITED(true),
    /// The account has no money left; retrying is of no use.
    BILLING_STOP(true),
    /// The provider is overloaded and said so.
    OVERLOADED(true),
    /// The provider failed and said so.
    SERVER_ERROR(true),
    /// The base URL does not lead to such a provider: a redirect, or a page of something else.
    MISCONFIGURED(true),
    /// No connection could be made, so nothing was sent.
    CONNECT(true),
    /// The provider closed a connection that had been idle, after the whole request was sent on it.
    DROPPED(false),
    /// Sent, and no answer in time.
    TIMEOUT(false),
    /// The connection broke, or the answer was nonsense, after the request was sent.
    BROKEN(false);

    private final boolean another;

    Kind(boolean another) {
      this.another = another;
    }

    /// Whether a failure of this kind, found by Tollgate itself, may have been billed.
    boolean mayBeBilled() {
      return this == TIMEOUT || this == BROKEN || this == DROPPED;
    }
  }

  /// Whether another deployment may be tried. Never once the request may have been worked on.
  public boolean mayTryAnother() {
    return kind.another && !billed;
  }

  /// Whether a caller may see what the provider said. The state of our account, and a wrong base
  /// URL, are none of its business.
  public boolean mayBeShown() {
    return kind != Kind.AUTH && kind != Kind.BILLING_STOP && kind != Kind.MISCONFIGURED;
  }

  /// Why the cost of a failure that may have been billed is an estimate.
  public Uncertainty uncertainty() {
    return kind == Kind.TIMEOUT ? Uncertainty.TIMEOUT : Uncertainty.BROKEN;
  }

  /// The same failure, of which the provider said that a retry is of no use.
  public Failure asFinal() {
    return new Failure(kind, status, retryAfter, message, type, param, code, true, billed);
  }

  /// The same failure after the provider had begun to answer, so that it may have billed.
  public Failure asBilled() {
    return new Failure(kind, status, retryAfter, message, type, param, code, finalAnswer, true);
  }

  /// The same failure, whose attempt has been paid for.
  public Failure asPaid() {
    return new Failure(kind, status, retryAfter, message, type, param, code, finalAnswer, false);
  }

  /// The same failure with a time after which to try again.
  public Failure retryingAfter(Duration time) {
    return new Failure(kind, status, time, message, type, param, code, finalAnswer, billed);
  }

  /// A failure that Tollgate itself found.
  public static Failure of(Kind kind, String message) {
    return new Failure(
        kind, 0, null, message, null, null, null, kind == Kind.MISCONFIGURED, kind.mayBeBilled());
  }
}
