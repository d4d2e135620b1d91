package dev.tollgate.domain.inference;

import dev.tollgate.domain.keys.KeyRefusal;
import dev.tollgate.domain.money.Money;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
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
/// @param providerCode the provider's own code, where `code` is not the same, or null
public record Refusal(
    int status,
    String type,
    String code,
    String message,
    @Nullable String param,
    @Nullable Duration retryAfter,
    boolean finalAnswer,
    @Nullable BudgetState budget,
    @Nullable String providerCode) {
  private static final Duration BUSY_AGAIN = Duration.ofSeconds(1);
  private static final Duration SOON = Duration.ofSeconds(1);

  /// Statuses below 500 that SDKs try again, as they may mean that another try can help.
  private static final Set<Integer> RETRIED = Set.of(408, 409, 425, 429);

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
    this(status, type, code, message, param, retryAfter, finalAnswer, null, null);
  }

  private static Refusal ofBudget(
      String type,
      String code,
      String message,
      @Nullable Duration retryAfter,
      boolean finalAnswer,
      BudgetState budget) {
    return new Refusal(429, type, code, message, null, retryAfter, finalAnswer, budget, null);
  }

  private static final String REQUEST = "invalid_request_error";
  private static final String SERVER = "server_error";

  public static Refusal badRequest(String code, String message, @Nullable String param) {
    return new Refusal(400, REQUEST, code, message, param, null, true);
  }

  public static Refusal unauthenticated(String message) {
    return new Refusal(401, REQUEST, "invalid_api_key", message, null, null, true);
  }

  public static Refusal forbidden(String code, String message, @Nullable String param) {
    return new Refusal(403, REQUEST, code, message, param, null, true);
  }

  public static Refusal notFound(String code, String message, @Nullable String param) {
    return new Refusal(404, REQUEST, code, message, param, null, true);
  }

  /// What is not HTTP as the gateway reads it.
  public static Refusal malformed(int status, String message) {
    return new Refusal(status, REQUEST, "bad_request", message, null, null, true);
  }

  public static Refusal noWebSockets() {
    return new Refusal(
        426,
        REQUEST,
        "websocket_not_supported",
        "This URL does not speak WebSocket. Send the request by POST.",
        null,
        null,
        true);
  }

  public static Refusal tooLarge(long limitBytes) {
    return new Refusal(
        413,
        REQUEST,
        "request_too_large",
        "The request body is larger than " + limitBytes + " bytes.",
        null,
        null,
        true);
  }

  /// What a call can cost.
  ///
  /// @param cap the output cap that was assumed
  /// @param capIsNamed whether the caller named it
  /// @param answers whether the call puts anything out
  public record Need(Money bound, long cap, boolean capIsNamed, boolean answers) {}

  public static Refusal unsupportedMediaType(String message) {
    return new Refusal(
        415, REQUEST, "unsupported_media_type", message, "content-encoding", null, true);
  }

  /// What is settled leaves no room for the call.
  public static Refusal insufficientQuota(BudgetState budget, Need need) {
    BudgetState.Amounts amounts = budget.amounts();
    String cap =
        need.answers()
            ? " with %s %d output tokens"
                .formatted(need.capIsNamed() ? "its" : "the default of", need.cap())
            : "";
    String left =
        amounts == null
            ? "more than is left"
            : "$%s is left"
                .formatted(nonNegative(amounts.limit().minusAtMost(amounts.settled())).usd());
    String cure =
        !need.answers() ? "" : need.capIsNamed() ? " Ask for less." : " Set an output cap.";
    String message =
        "The budget of the %s does not allow this call: it can cost $%s%s; %s.%s"
            .formatted(budget.scope().replace('_', ' '), need.bound().usd(), cap, left, cure);
    return ofBudget("insufficient_quota", "insufficient_quota", message, null, true, budget);
  }

  private static Money nonNegative(Money amount) {
    return amount.nanos() < 0 ? Money.ZERO : amount;
  }

  /// A response in the background would be paid for when nobody holds anything for it.
  public static Refusal backgroundUnderBudget() {
    return new Refusal(
        400,
        REQUEST,
        "background_not_allowed",
        "A response in the background cannot be held to a budget. Leave 'background' out.",
        "background",
        null,
        true);
  }

  /// The content of the call must be kept, and cannot be at the moment.
  public static Refusal captureUnavailable() {
    return unavailable(
        "capture_unavailable",
        "The content of this call must be kept, and the store for it does not answer. Try again"
            + " shortly.");
  }

  /// Calls that are still running hold what is left of a budget.
  public static Refusal budgetBusy(BudgetState budget) {
    String message =
        "Calls that are still running hold what is left of the budget of the "
            + budget.scope().replace('_', ' ')
            + ". Try again shortly.";
    return ofBudget("rate_limit_error", "budget_busy", message, BUSY_AGAIN, false, budget);
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

  /// The bodies of other requests take all memory that there is for them.
  public static Refusal outOfMemory() {
    return unavailable(
        "gateway_busy", "The gateway holds as many requests as it can. Try again shortly.");
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
      case TOO_MANY_WRONG ->
          new Refusal(
              429,
              "rate_limit_error",
              "rate_limit_exceeded",
              "Too many wrong API keys come from your address. Try again shortly.",
              null,
              SOON,
              false);
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
  /// credential, an empty account or a wrong base URL is ours to mend, so the caller sees 502.
  public static Refusal of(Failure failure) {
    return switch (failure.kind()) {
      case BAD_REQUEST -> badRequest(failure);
      case CONTENT_FILTERED -> badRequest("content_filter", failure.message(), failure.param());
      case NOT_FOUND -> notFound("model_not_found", failure.message(), "model");
      case UNSUPPORTED -> ended(501, REQUEST, "unsupported_operation", failure.message());
      case AUTH ->
          ended(502, SERVER, "provider_auth", "The provider refused the gateway's credential.");
      case BILLING_STOP ->
          ended(502, SERVER, "provider_quota", "The provider's account has no credit left.");
      case MISCONFIGURED -> ended(502, SERVER, "provider_misconfigured", failure.message());
      case RATE_LIMITED -> passing(failure, 429, "rate_limit_error", "provider_rate_limited");
      case OVERLOADED ->
          failure.retryAfter() == null
              ? passing(failure.retryingAfter(SOON), 503, SERVER, "provider_overloaded")
              : passing(failure, 503, SERVER, "provider_overloaded");
      case SERVER_ERROR -> passing(failure, 502, SERVER, "provider_error");
      case CONNECT -> passing(failure, 502, SERVER, "provider_unreachable");
      case TIMEOUT -> passing(failure, 504, SERVER, "provider_timeout");
      case BROKEN, DROPPED -> passing(failure, 502, SERVER, "provider_broken");
    };
  }

  private static Refusal badRequest(Failure failure) {
    int status = failure.status() >= 400 && failure.status() < 500 ? failure.status() : 400;
    String own = failure.code();
    String code = own != null && ProviderCodes.passes(own) ? own : "provider_bad_request";
    return new Refusal(
        status,
        failure.type() == null ? REQUEST : failure.type(),
        code,
        failure.message(),
        failure.param(),
        null,
        failure.finalAnswer() || !RETRIED.contains(status),
        null,
        code.equals(own) ? null : own);
  }

  private static Refusal passing(Failure failure, int status, String type, String code) {
    return new Refusal(
        status, type, code, failure.message(), null, failure.retryAfter(), failure.finalAnswer());
  }

  private static Refusal ended(int status, String type, String code, String message) {
    return new Refusal(status, type, code, message, null, null, true);
  }
}
