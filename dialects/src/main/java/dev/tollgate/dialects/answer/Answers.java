package dev.tollgate.dialects.answer;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.tollgate.dialects.answer.FailureTable.Verdict;
import dev.tollgate.dialects.answer.FailureTable.Where;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.Failure.Kind;
import dev.tollgate.domain.inference.ReportedUsage;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Complete answers: usage of a good one, meaning of a bad one.
///
/// @param endpoint of the provider
/// @param secret what must not be repeated to anyone, or null
public record Answers(AnswerRules rules, Endpoint endpoint, @Nullable String secret) {
  private static final Pattern KEY_LIKE =
      Pattern.compile("\\b(sk-|tgk_|Bearer )[A-Za-z0-9_*.-]{8,}");

  private static final int LONGEST_MESSAGE = 2_000;
  private static final int LONGEST_WORD = 200;

  /// What was read of an answer whose status says that all is well.
  public sealed interface Read {
    /// @param text what the model has put out, for an estimate; empty when the usage is complete
    record Good(ReportedUsage reported, String text) implements Read {}

    /// An error all the same.
    ///
    /// @param reported what was used all the same
    record Bad(Failure failure, ReportedUsage reported) implements Read {}

    /// Not a JSON object.
    record Nonsense() implements Read {}
  }

  @Override
  public String toString() {
    return "Answers[" + endpoint + "]";
  }

  public Read read(byte[] body) {
    AnswerReader reader = new AnswerReader(rules);
    if (!reader.read(body, 0, body.length)) {
      return new Read.Nonsense();
    }
    ReportedUsage reported = reader.reported();
    boolean complete = reported.hasInput() && reported.hasOutput();
    String text = complete ? "" : Outputs.textOf(body);
    // What has nothing of an answer may tell its error in any words.
    boolean named = reader.hasAnswer() || reported.hasInput() || reported.hasOutput();
    ErrorFields error = within(reader, named);
    boolean silent = !reported.hasOutput() && text.isEmpty();
    if (error != null && (!reader.hasChoices() || reader.hasFailed() || silent)) {
      Failure failure = failure(0, null, error, Where.ANSWER);
      boolean used = reported.hasOutput() || reader.hasFailed() && !text.isEmpty();
      return new Read.Bad(used ? failure.asBilled() : failure, reported);
    }
    return new Read.Good(reported, text);
  }

  /// The error of a document whose status, or whose place in a stream, says that all is well.
  ///
  /// @param named whether a bare error must call itself one
  public static @Nullable ErrorFields within(AnswerReader reader, boolean named) {
    ErrorFields said = error(reader, named);
    return said == null && reader.hasFailed() ? ErrorFields.FAILED : said;
  }

  /// The failure that a status and an error body mean.
  ///
  /// @param cut whether only the first part of the body is here
  public Failure failure(int status, @Nullable Duration retryAfter, byte[] body, boolean cut) {
    AnswerReader reader = new AnswerReader(rules);
    ErrorFields error = null;
    if (reader.read(body, 0, body.length) || reader.error() != null) {
      // What lies between the provider and here has bare errors, too.
      error = error(reader, status >= 500 || status == 404);
    } else if (cut && body.length > 0 && body[0] == '{') {
      error = ErrorFields.NONE;
    }
    return failure(status, retryAfter, error, Where.STATUS);
  }

  public Failure failure(
      int status, @Nullable Duration retryAfter, @Nullable ErrorFields error, Where where) {
    ErrorFields said = error == null ? ErrorFields.NONE : error;
    Verdict verdict = rules.failures().verdict(status, error, where);
    return new Failure(
        verdict.kind(),
        verdict.status(),
        verdict.kind() == Kind.BILLING_STOP ? null : retryAfter,
        message(verdict, status, said.message()),
        word(said.type()),
        word(said.param()),
        word(said.code()),
        false,
        verdict.billed());
  }

  private String message(Verdict verdict, int status, @Nullable String said) {
    if (verdict.kind() == Kind.MISCONFIGURED) {
      return "The provider has no "
          + endpoint.path()
          + " at its base URL (it answered with status "
          + status
          + "). The base URL may be wrong.";
    }
    if (said == null && status == 0) {
      return "The provider reported an error without saying which.";
    }
    return said == null
        ? "The provider answered with status " + status + "."
        : cut(scrub(said), LONGEST_MESSAGE);
  }

  /// @param named whether a bare error must call itself one
  private static @Nullable ErrorFields error(AnswerReader reader, boolean named) {
    ErrorFields error = reader.error();
    ErrorFields flat = reader.flatError(named);
    return error == null ? flat : error.withType(error.type() == null ? reader.errorType() : null);
  }

  /// The text without the credential and without anything that looks like a key.
  private @Nullable String word(@Nullable String text) {
    return text == null ? null : cut(scrub(text), LONGEST_WORD);
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest);
  }

  public String scrub(String message) {
    String clean = message;
    if (secret != null && !secret.isEmpty()) {
      String quoted = new String(JsonStringEncoder.getInstance().quoteAsString(secret));
      clean = message.replace(secret, "***").replace(quoted, "***");
    }
    return KEY_LIKE.matcher(clean).replaceAll("$1***");
  }
}
