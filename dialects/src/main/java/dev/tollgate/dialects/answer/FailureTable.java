package dev.tollgate.dialects.answer;

import dev.tollgate.domain.inference.Failure.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a provider's error means: one table for each dialect, read from top to bottom. The caller's
/// status and code, whether another deployment is tried and what becomes of the hold follow from
/// the row (docs/errors.md, docs/ledger.md). Errors inside a stream, and those inside a 200, go
/// through the same table.
public final class FailureTable {
  /// Where an error was found.
  public enum Where {
    /// An error status.
    STATUS,
    /// Inside an answer whose status says that all is well.
    ANSWER,
    /// In a stream, before the model put anything out.
    STREAM_BEFORE_OUTPUT,
    /// In a stream, after the model put something out.
    STREAM_AFTER_OUTPUT
  }

  /// @param kind what it means
  /// @param status the HTTP status that it has or stands for
  /// @param billed whether the provider may have billed something
  public record Verdict(Kind kind, int status, boolean billed) {}

  /// An error as it was found.
  ///
  /// @param status what it has or stands for; 0 when that is not known
  /// @param own whether the body is an error of the provider's, not the page of something between
  private record Signal(int status, ErrorFields error, boolean own) {
    boolean says(Set<String> words) {
      return error.code() != null && words.contains(error.code())
          || error.type() != null && words.contains(error.type());
    }

    boolean mentions(Pattern words) {
      return error.message() != null && words.matcher(error.message()).find();
    }
  }

  private interface Condition {
    boolean holds(Signal signal);
  }

  private record Row(Condition condition, Kind kind) {}

  private static final Set<String> BILLING =
      Set.of(
          "insufficient_quota",
          "credit_balance_exhausted",
          "organization_spend_limit_exceeded",
          "project_spend_limit_exceeded",
          "organization_usage_limit_exceeded",
          "enforced_spend_limit_reached",
          "contract_spend_limit_reached",
          "billing_hard_limit_reached",
          "billing_not_active",
          "billing_error");
  private static final Pattern BILLING_WORDS =
      Pattern.compile(
          "(?i)credit balance is too low|insufficient (?:balance|credits?)|exceeded your current"
              + " quota|specified API usage limits|spend(?:ing)? limit");
  private static final Set<String> CONTEXT =
      Set.of("context_length_exceeded", "exceed_context_size_error", "string_above_max_length");
  private static final Set<String> LIMITED =
      Set.of("rate_limit_exceeded", "rate_limit_error", "tokens", "requests", "too_many_requests");
  private static final Set<String> OVERLOADED =
      Set.of(
          "server_is_overloaded",
          "slow_down",
          "overloaded_error",
          "overloaded",
          "engine_overloaded",
          "unavailable_error");
  private static final Set<String> UNKNOWN_MODEL = Set.of("model_not_found", "DeploymentNotFound");
  private static final Pattern MODEL_WORDS = Pattern.compile("(?i)\\bmodels?\\b");
  private static final Set<String> UNKNOWN_URL = Set.of("unknown_url");
  private static final Pattern URL_WORDS =
      Pattern.compile("(?i)invalid url|unknown request url|file not found|page not found");

  /// The statuses that words stand for where no status tells.
  private static final Map<String, Integer> STATUS_OF =
      Map.ofEntries(
          Map.entry("invalid_request_error", 400),
          Map.entry("BadRequestError", 400),
          Map.entry("validation", 422),
          Map.entry("UnprocessableEntityError", 422),
          Map.entry("authentication_error", 401),
          Map.entry("invalid_api_key", 401),
          Map.entry("permission_error", 403),
          Map.entry("not_found_error", 404),
          Map.entry("NotFoundError", 404),
          Map.entry("request_too_large", 413),
          Map.entry("api_error", 500),
          Map.entry("server_error", 500),
          Map.entry("InternalServerError", 500),
          Map.entry("generation", 500),
          Map.entry("not_supported_error", 501),
          Map.entry("NotImplementedError", 501),
          Map.entry("service_unavailable_error", 503),
          Map.entry("timeout_error", 504));

  /// The rows that all kinds share, by status.
  private static final List<Row> BY_STATUS =
      List.of(
          row(s -> s.says(CONTEXT), Kind.BAD_REQUEST),
          row(s -> s.says(LIMITED) && s.status < 500, Kind.RATE_LIMITED),
          row(s -> s.says(OVERLOADED) && s.status != 429, Kind.OVERLOADED),
          row(s -> between(s, 300, 399), Kind.MISCONFIGURED),
          row(s -> s.status == 401 || s.status == 403, Kind.AUTH),
          row(FailureTable::isAboutModel, Kind.NOT_FOUND),
          row(
              s -> s.status == 404 && (s.says(UNKNOWN_URL) || s.mentions(URL_WORDS)),
              Kind.MISCONFIGURED),
          row(s -> s.status == 404 && s.own, Kind.BAD_REQUEST),
          row(s -> s.status == 404 || s.status == 405, Kind.MISCONFIGURED),
          row(s -> s.status == 408 || s.status == 504, Kind.TIMEOUT),
          row(s -> s.status == 424, Kind.SERVER_ERROR),
          row(s -> s.status == 429, Kind.RATE_LIMITED),
          row(s -> between(s, 400, 499), Kind.BAD_REQUEST),
          row(s -> s.status == 501, Kind.UNSUPPORTED),
          row(s -> s.own && (s.status == 503 || s.status == 529), Kind.OVERLOADED),
          // A page of something on the way says nothing about what happened behind it.
          row(s -> !s.own, Kind.BROKEN));

  private final List<Row> rows;

  /// @param filtered codes and types by which a content filter says that it refused
  public FailureTable(Set<String> filtered) {
    List<Row> all = new ArrayList<>();
    all.add(row(s -> s.says(BILLING) || s.status == 402, Kind.BILLING_STOP));
    all.add(row(s -> s.status < 500 && s.mentions(BILLING_WORDS), Kind.BILLING_STOP));
    all.add(row(s -> s.status <= 400 && s.says(filtered), Kind.CONTENT_FILTERED));
    all.addAll(BY_STATUS);
    rows = List.copyOf(all);
  }

  /// @param error null when the body is not an error of the provider's
  public Verdict verdict(int status, @Nullable ErrorFields error, Where where) {
    ErrorFields said = error == null ? ErrorFields.NONE : error;
    int known = where == Where.STATUS ? status : standsFor(said);
    Signal signal = new Signal(known, said, error != null);
    for (Row row : rows) {
      if (row.condition.holds(signal)) {
        return new Verdict(row.kind, known, billed(row.kind, where));
      }
    }
    return new Verdict(Kind.SERVER_ERROR, known, billed(Kind.SERVER_ERROR, where));
  }

  /// A complete error of the provider's own is not billed, nor is one before the first output. A
  /// time-out and a broken answer may be, and so may whatever follows an output. A content filter
  /// may have let the model work.
  private static boolean billed(Kind kind, Where where) {
    return switch (where) {
      case STATUS, ANSWER ->
          kind == Kind.TIMEOUT || kind == Kind.BROKEN || kind == Kind.CONTENT_FILTERED;
      case STREAM_BEFORE_OUTPUT -> false;
      case STREAM_AFTER_OUTPUT -> true;
    };
  }

  /// The status that an error without one stands for: a number as its code or type, or a word.
  private static int standsFor(ErrorFields error) {
    int status = number(error.code());
    if (status == 0) {
      status = number(error.type());
    }
    if (status == 0 && error.code() != null) {
      status = STATUS_OF.getOrDefault(error.code(), 0);
    }
    if (status == 0 && error.type() != null) {
      status = STATUS_OF.getOrDefault(error.type(), 0);
    }
    return status;
  }

  private static int number(@Nullable String text) {
    boolean isStatus =
        text != null && text.length() == 3 && text.chars().allMatch(Character::isDigit);
    int status = isStatus ? Integer.parseInt(text) : 0;
    return status >= 300 && status <= 599 ? status : 0;
  }

  private static boolean isAboutModel(Signal signal) {
    if (signal.says(UNKNOWN_MODEL)) {
      return true;
    }
    String param = signal.error.param();
    boolean ofModel = param == null || param.toLowerCase(Locale.ROOT).equals("model");
    return signal.status == 404 && signal.own && ofModel && signal.mentions(MODEL_WORDS);
  }

  private static boolean between(Signal signal, int from, int to) {
    return signal.status >= from && signal.status <= to;
  }

  private static Row row(Condition condition, Kind kind) {
    return new Row(condition, kind);
  }
}
