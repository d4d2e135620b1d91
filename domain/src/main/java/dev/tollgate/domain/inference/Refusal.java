package dev.tollgate.domain.inference;

import dev.tollgate.domain.keys.KeyRefusal;
import dev.tollgate.domain.money.Money;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// An answer other than the one asked for: what a caller on `/v1` is told. Each protocol shapes it
/// once; the codes are the same everywhere.
///
/// @param status HTTP status
/// @param type OpenAI's error type
/// @param code stable code, one of docs/errors.md
/// @param param the field at fault, or null
/// @param retryAfter when to try again, or null
/// @param finalAnswer whether SDKs must be told not to retry
/// @param budget the budget that is in the way, or null
public record Refusal(
    int status,
    String type,
    String code,
    String message,
    @Nullable String param,
    @Nullable Duration retryAfter,
    boolean finalAnswer,
    @Nullable BudgetState budget) {
  private static final Duration BUSY_AGAIN = Duration.ofSeconds(1);

  /// The budget that is in the way, as far as its caller may see it.
  ///
  /// @param amounts null when its amounts are not shown
  /// @param resetsAt when its window ends, or null
  public record BudgetState(
      String scope, String name, @Nullable Amounts amounts, @Nullable Instant resetsAt) {
    public record Amounts(Money limit, Money settled, Money held) {}
  }

  /// A refusal that no budget has to do with.
  public Refusal(
      int status,
      String type,
      String code,
      String message,
      @Nullable String param,
      @Nullable Duration retryAfter,
      boolean finalAnswer) {
    this(status, type, code, message, param, retryAfter, finalAnswer, null);
  }

  private static final String REQUEST = "invalid_request_error";
  private static final String SERVER = "server_error";

  public static Refusal badRequest(String code, String message, @Nullable String param) {
    return new Refusal(400, REQUEST, code, message, param, null, false);
  }

  public static Refusal unauthenticated(String message) {
    return new Refusal(401, REQUEST, "invalid_api_key", message, null, null, false);
  }

  public static Refusal forbidden(String code, String message, @Nullable String param) {
    return new Refusal(403, REQUEST, code, message, param, null, false);
  }

  public static Refusal notFound(String code, String message, @Nullable String param) {
    return new Refusal(404, REQUEST, code, message, param, null, false);
  }

  public static Refusal tooLarge(long limitBytes) {
    return new Refusal(
        413,
        REQUEST,
        "request_too_large",
        "The request body is larger than " + limitBytes + " bytes.",
        null,
        null,
        false);
  }

  /// What is settled leaves no room for the call.
  public static Refusal insufficientQuota(BudgetState budget) {
    String message =
        "The budget of the "
            + budget.scope().replace('_', ' ')
            + " is used up: this call can cost more than is left of it.";
    return new Refusal(
        429, "insufficient_quota", "insufficient_quota", message, null, null, true, budget);
  }

  /// Calls that are still running hold what is left of a budget.
  public static Refusal budgetBusy(BudgetState budget) {
    String message =
        "Calls that are still running hold what is left of the budget of the "
            + budget.scope().replace('_', ' ')
            + ". Try again shortly.";
    return new Refusal(
        429, "rate_limit_error", "budget_busy", message, null, BUSY_AGAIN, false, budget);
  }

  public static Refusal modelNotPriced(String model) {
    return forbidden(
        "model_not_priced",
        "The model '" + model + "' has no price, so it may not be called under a budget.",
        "model");
  }

  public static Refusal storeDown() {
    return unavailable("ledger_unavailable", "The ledger does not answer. Try again shortly.");
  }

  public static Refusal unavailable(String code, String message) {
    return new Refusal(503, SERVER, code, message, null, Duration.ofSeconds(2), false);
  }

  public static Refusal internal() {
    return new Refusal(
        500, SERVER, "internal_error", "Tollgate failed to handle the call.", null, null, false);
  }

  /// What a holder of a key that may not be used is told.
  public static Refusal of(KeyRefusal reason) {
    return switch (reason) {
      case UNKNOWN -> unauthenticated("Incorrect API key provided.");
      case REVOKED -> unauthenticated("This API key was revoked.");
      case DISABLED -> unauthenticated("This API key is disabled.");
      case EXPIRED -> unauthenticated("This API key has expired.");
      case ADDRESS_NOT_ALLOWED ->
          forbidden("address_not_allowed", "This API key may not be used from your address.", null);
      case ENDPOINT_NOT_ALLOWED ->
          forbidden("endpoint_not_allowed", "This API key may not make this kind of call.", null);
    };
  }

  public static Refusal modelNotAllowed(String model) {
    return forbidden(
        "model_not_allowed", "This API key may not use the model '" + model + "'.", "model");
  }

  public static Refusal modelNotFound(String model) {
    return notFound("model_not_found", "The model '" + model + "' does not exist.", "model");
  }

  public static Refusal endpointNotServed(String model, Endpoint endpoint) {
    return badRequest(
        "endpoint_not_supported",
        "No provider of the model '" + model + "' serves /v1" + endpoint.path() + ".",
        "model");
  }

  /// What a caller is told of a provider's failure. The provider's own 429 stays one; a failed
  /// credential or an empty account is ours to mend, so the caller sees 502.
  public static Refusal of(Failure failure) {
    String message = failure.message();
    Duration retry = failure.retryAfter();
    return switch (failure.kind()) {
      case BAD_REQUEST ->
          new Refusal(
              failure.status() >= 400 && failure.status() < 500 ? failure.status() : 400,
              failure.type() == null ? REQUEST : failure.type(),
              failure.code() == null ? "provider_bad_request" : failure.code(),
              message,
              failure.param(),
              null,
              failure.finalAnswer());
      case CONTENT_FILTERED -> badRequest("content_filter", message, failure.param());
      case NOT_FOUND -> notFound("model_not_found", message, "model");
      case AUTH ->
          new Refusal(
              502,
              SERVER,
              "provider_auth",
              "The provider refused the gateway's credential.",
              null,
              null,
              true);
      case BILLING_STOP ->
          new Refusal(
              502,
              SERVER,
              "provider_quota",
              "The provider's account has no credit left.",
              null,
              null,
              true);
      case RATE_LIMITED ->
          new Refusal(
              429,
              "rate_limit_error",
              "provider_rate_limited",
              message,
              null,
              retry,
              failure.finalAnswer());
      case OVERLOADED ->
          new Refusal(
              503,
              SERVER,
              "provider_overloaded",
              message,
              null,
              retry == null ? Duration.ofSeconds(1) : retry,
              failure.finalAnswer());
      case CONNECT ->
          new Refusal(
              502, SERVER, "provider_unreachable", message, null, retry, failure.finalAnswer());
      case TIMEOUT ->
          new Refusal(504, SERVER, "provider_timeout", message, null, retry, failure.finalAnswer());
      case BROKEN ->
          new Refusal(502, SERVER, "provider_broken", message, null, retry, failure.finalAnswer());
    };
  }
}
