package dev.tollgate.providers.dialect;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.Failure.Kind;
import dev.tollgate.domain.pricing.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Complete answers: usage of a good one, kind of a bad one.
public final class Answers {
  private static final Set<String> BILLING_CODES =
      Set.of(
          "insufficient_quota",
          "credit_balance_exhausted",
          "organization_spend_limit_exceeded",
          "project_spend_limit_exceeded",
          "organization_usage_limit_exceeded",
          "enforced_spend_limit_reached",
          "contract_spend_limit_reached",
          "billing_error");
  private static final Set<String> FILTER_CODES =
      Set.of("content_policy_violation", "content_filter", "bio_policy");

  private static final Pattern KEY_LIKE =
      Pattern.compile("\\b(sk-|tgk_|Bearer )[A-Za-z0-9_*.-]{8,}");

  private static final int LONGEST_MESSAGE = 2_000;
  private static final int LONGEST_WORD = 200;

  private Answers() {}

  /// What was read of a good answer.
  public record Read(@Nullable Usage usage, @Nullable String model, @Nullable String serviceTier) {}

  /// @return null when the body is not a JSON object
  public static @Nullable Read read(Endpoint endpoint, byte[] body) {
    AnswerReader reader = new AnswerReader(endpoint);
    if (!reader.read(body, 0, body.length)) {
      return null;
    }
    return new Read(reader.usage(), reader.model(), reader.serviceTier());
  }

  /// The failure that a status and an error body mean.
  ///
  /// @param secret what must not be repeated to anyone, or null
  public static Failure failure(
      Endpoint endpoint,
      int status,
      @Nullable Duration retryAfter,
      byte[] body,
      @Nullable String secret) {
    AnswerReader reader = new AnswerReader(endpoint);
    boolean isJson = reader.read(body, 0, body.length);
    ErrorFields error = isJson ? reader.error() : null;
    return failure(
        status, retryAfter, error == null && isJson ? reader.flatError() : error, secret);
  }

  static Failure failure(
      int status,
      @Nullable Duration retryAfter,
      @Nullable ErrorFields error,
      @Nullable String secret) {
    ErrorFields said = error == null ? ErrorFields.NONE : error;
    Kind kind = kind(status, said);
    String message =
        said.message() == null
            ? "The provider answered with status " + status + "."
            : cut(scrub(said.message(), secret), LONGEST_MESSAGE);
    return new Failure(
        kind,
        status,
        kind == Kind.BILLING_STOP ? null : retryAfter,
        message,
        word(said.type(), secret),
        word(said.param(), secret),
        word(said.code(), secret),
        false);
  }

  private static Kind kind(int status, ErrorFields error) {
    if (isBillingStop(status, error)) {
      return Kind.BILLING_STOP;
    }
    if (status == 400 && error.code() != null && FILTER_CODES.contains(error.code())) {
      return Kind.CONTENT_FILTERED;
    }
    return switch (status) {
      case 401, 403 -> Kind.AUTH;
      case 404 -> Kind.NOT_FOUND;
      case 408, 504 -> Kind.TIMEOUT;
      case 429 -> Kind.RATE_LIMITED;
      default -> status >= 500 || status < 400 ? Kind.OVERLOADED : Kind.BAD_REQUEST;
    };
  }

  /// A 429 can be an empty account; only its code tells. 402 is one by its number.
  private static boolean isBillingStop(int status, ErrorFields error) {
    return status == 402
        || (status == 429 || status == 400 || status == 403)
            && (error.code() != null && BILLING_CODES.contains(error.code())
                || error.type() != null && BILLING_CODES.contains(error.type()));
  }

  /// The text without the credential and without anything that looks like a key.
  private static @Nullable String word(@Nullable String text, @Nullable String secret) {
    return text == null ? null : cut(scrub(text, secret), LONGEST_WORD);
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest);
  }

  static String scrub(String message, @Nullable String secret) {
    String clean = message;
    if (secret != null && !secret.isEmpty()) {
      String quoted = new String(JsonStringEncoder.getInstance().quoteAsString(secret));
      clean = message.replace(secret, "***").replace(quoted, "***");
    }
    return KEY_LIKE.matcher(clean).replaceAll("$1***");
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
