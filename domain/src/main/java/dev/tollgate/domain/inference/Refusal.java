package dev.tollgate.domain.inference;

import dev.tollgate.domain.keys.KeyRefusal;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.reasons.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An answer other than the one asked for: what a caller on `/v1` is told. Each protocol gives a
/// reason its form once.
///
/// @param param the field at fault, or null
/// @param retryAfter when to try again, or null
/// @param finalAnswer whether SDKs must be told not to retry
/// @param budget the budget that is in the way, or null
/// @param own what says more than the reason does, or null
public record Refusal(
    Reason reason,
    String message,
    @Nullable String param,
    @Nullable Duration retryAfter,
    boolean finalAnswer,
    @Nullable BudgetState budget,
    @Nullable Own own) {
  private static final Duration BUSY_AGAIN = Duration.ofSeconds(1);
  private static final Duration SOON = Duration.ofSeconds(1);

  /// Statuses below 500 that SDKs try again, as they may mean that another try can help.
  private static final Set<Integer> RETRIED = Set.of(408, 409, 425, 429);

  /// The words of a provider's own refusal, or the status of malformed HTTP.
  ///
  /// @param type of the error in its own words, or null
  /// @param code its own, or null
  /// @param passes whether clients decide by its code, so that it takes the place of the reason's
  public record Own(int status, @Nullable String type, @Nullable String code, boolean passes) {}

  /// What callers know the reason by.
  public String code() {
    return own != null && own.passes() && own.code() != null ? own.code() : reason.wire();
  }

  /// The provider's own code where [#code] is another, or null.
  public @Nullable String providerCode() {
    return own == null || own.passes() ? null : own.code();
  }

  /// The budget that is in the way, as far as its caller may see it.
  ///
  /// @param amounts null when its amounts are not shown
  /// @param resetsAt when its window ends, or null
  public record BudgetState(
      String scope, String name, @Nullable Amounts amounts, @Nullable Instant resetsAt) {
    public record Amounts(Money limit, Money settled, Money held) {}
  }

  private static Refusal ofBudget(
      Reason reason, String message, @Nullable Duration retryAfter, BudgetState budget) {
    return new Refusal(reason, message, null, retryAfter, retryAfter == null, budget, null);
  }

  /// What a retry cannot change.
  public static Refusal of(Reason reason, String message, @Nullable String param) {
    return new Refusal(reason, message, param, null, true, null, null);
  }

  /// What may pass by itself.
  public static Refusal passing(Reason reason, String message, @Nullable Duration retryAfter) {
    return new Refusal(reason, message, null, retryAfter, false, null, null);
  }

  public static Refusal unauthenticated(String message) {
    return of(Reason.INVALID_API_KEY, message, null);
  }

  /// What is not HTTP as the gateway reads it.
  public static Refusal malformed(int status, String message) {
    Own own = new Own(status, null, null, true);
    return new Refusal(Reason.BAD_REQUEST, message, null, null, true, null, own);
  }

  public static Refusal noWebSockets() {
    return of(
        Reason.WEBSOCKET_NOT_SUPPORTED,
        "This URL does not speak WebSocket. Send the request by POST.",
        null);
  }

  public static Refusal tooLarge(long limitBytes) {
    return of(
        Reason.REQUEST_TOO_LARGE,
        "The request body is larger than " + limitBytes + " bytes.",
        null);
  }

  /// What a call can cost.
  ///
  /// @param cap the output cap that was assumed
  /// @param capIsNamed whether the caller named it
  /// @param answers whether the call puts anything out
  public record Need(Money bound, long cap, boolean capIsNamed, boolean answers) {}

  public static Refusal unsupportedMediaType(String message) {
    return of(Reason.UNSUPPORTED_MEDIA_TYPE, message, "content-encoding");
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
    return ofBudget(Reason.INSUFFICIENT_QUOTA, message, null, budget);
  }

  private static Money nonNegative(Money amount) {
    return amount.nanos() < 0 ? Money.ZERO : amount;
  }

  /// A response in the background would be paid for when nobody holds anything for it.
  public static Refusal backgroundUnderBudget() {
    return of(
        Reason.BACKGROUND_NOT_ALLOWED,
        "A response in the background cannot be held to a budget. Leave 'background' out.",
        "background");
  }

  /// The content of the call must be kept, and cannot be at the moment.
  public static Refusal captureUnavailable() {
    return unavailable(
        Reason.CAPTURE_UNAVAILABLE,
        "The content of this call must be kept, and the store for it does not answer. Try again"
            + " shortly.");
  }

  /// Calls that are still running hold what is left of a budget.
  public static Refusal budgetBusy(BudgetState budget) {
    String message =
        "Calls that are still running hold what is left of the budget of the "
            + budget.scope().replace('_', ' ')
            + ". Try again shortly.";
    return ofBudget(Reason.BUDGET_BUSY, message, BUSY_AGAIN, budget);
  }

  public static Refusal modelNotPriced(String model) {
    return of(
        Reason.MODEL_NOT_PRICED,
        "The model '" + model + "' has no price, so it may not be called under a budget.",
        "model");
  }

  public static Refusal storeDown() {
    return unavailable(Reason.LEDGER_UNAVAILABLE, "The ledger does not answer. Try again shortly.");
  }

  /// The bodies of other requests take all memory that there is for them.
  public static Refusal outOfMemory() {
    return unavailable(
        Reason.GATEWAY_BUSY, "The gateway holds as many requests as it can. Try again shortly.");
  }

  public static Refusal unavailable(Reason reason, String message) {
    return passing(reason, message, Duration.ofSeconds(2));
  }

  public static Refusal internal() {
    return passing(Reason.INTERNAL_ERROR, "Tollgate failed to handle the call.", null);
  }

  /// What a holder of a key that may not be used is told.
  public static Refusal of(KeyRefusal reason) {
    return switch (reason) {
      case UNKNOWN -> unauthenticated("Incorrect API key provided.");
      case TOO_MANY_WRONG ->
          passing(
              Reason.RATE_LIMIT_EXCEEDED,
              "Too many wrong API keys come from your address. Try again shortly.",
              SOON);
      case REVOKED -> unauthenticated("This API key was revoked.");
      case DISABLED -> unauthenticated("This API key is disabled.");
      case EXPIRED -> unauthenticated("This API key has expired.");
      case ADDRESS_NOT_ALLOWED ->
          of(Reason.ADDRESS_NOT_ALLOWED, "This API key may not be used from your address.", null);
      case ENDPOINT_NOT_ALLOWED ->
          of(Reason.ENDPOINT_NOT_ALLOWED, "This API key may not make this kind of call.", null);
    };
  }

  public static Refusal modelNotAllowed(String model) {
    return of(
        Reason.MODEL_NOT_ALLOWED, "This API key may not use the model '" + model + "'.", "model");
  }

  public static Refusal modelNotFound(String model) {
    return of(Reason.MODEL_NOT_FOUND, "The model '" + model + "' does not exist.", "model");
  }

  /// All of its deployments are drained.
  public static Refusal modelDrained(String model) {
    return of(
        Reason.MODEL_NOT_FOUND,
        "The model '" + model + "' has no deployment that takes calls now.",
        "model");
  }

  public static Refusal endpointNotServed(String model, Endpoint endpoint) {
    return of(
        Reason.ENDPOINT_NOT_SUPPORTED,
        "No provider of the model '" + model + "' serves /v1" + endpoint.path() + ".",
        "model");
  }

  /// What a caller is told of a provider's failure. The provider's own 429 stays one; a failed
  /// credential, an empty account or a wrong base URL is ours to mend, so the caller sees 502.
  public static Refusal of(Failure failure) {
    return switch (failure.kind()) {
      case BAD_REQUEST -> badRequest(failure);
      case CONTENT_FILTERED -> of(Reason.CONTENT_FILTER, failure.message(), failure.param());
      case NOT_FOUND -> of(Reason.MODEL_NOT_FOUND, failure.message(), "model");
      case UNSUPPORTED -> of(Reason.UNSUPPORTED_OPERATION, failure.message(), null);
      case AUTH -> of(Reason.PROVIDER_AUTH, "The provider refused the gateway's credential.", null);
      case BILLING_STOP ->
          of(Reason.PROVIDER_QUOTA, "The provider's account has no credit left.", null);
      case MISCONFIGURED -> of(Reason.PROVIDER_MISCONFIGURED, failure.message(), null);
      case RATE_LIMITED -> as(Reason.PROVIDER_RATE_LIMITED, failure);
      case OVERLOADED ->
          as(
              Reason.PROVIDER_OVERLOADED,
              failure.retryAfter() == null ? failure.retryingAfter(SOON) : failure);
      case SERVER_ERROR -> as(Reason.PROVIDER_ERROR, failure);
      case CONNECT -> as(Reason.PROVIDER_UNREACHABLE, failure);
      case TIMEOUT -> as(Reason.PROVIDER_TIMEOUT, failure);
      case BROKEN, DROPPED -> as(Reason.PROVIDER_BROKEN, failure);
    };
  }

  private static Refusal as(Reason reason, Failure failure) {
    return new Refusal(
        reason, failure.message(), null, failure.retryAfter(), failure.finalAnswer(), null, null);
  }

  private static Refusal badRequest(Failure failure) {
    int status = failure.status() >= 400 && failure.status() < 500 ? failure.status() : 400;
    String code = failure.code();
    return new Refusal(
        Reason.PROVIDER_BAD_REQUEST,
        failure.message(),
        failure.param(),
        null,
        failure.finalAnswer() || !RETRIED.contains(status),
        null,
        new Own(status, failure.type(), code, code != null && ProviderCodes.passes(code)));
  }
}
