package dev.tollgate.domain.inference;

import java.util.Set;
import java.util.regex.Pattern;

/// The codes of providers that callers may see as `code`, since clients decide by them (facts on
/// the OpenAI API, errors of a request). All others stand in `provider_code`.
final class ProviderCodes {
  private static final Set<String> KNOWN =
      Set.of(
          "context_length_exceeded",
          "content_policy_violation",
          "invalid_value",
          "invalid_type",
          "invalid_json",
          "invalid_prompt",
          "invalid_image",
          "invalid_image_url",
          "invalid_image_format",
          "invalid_base64",
          "image_too_large",
          "image_parse_error",
          "missing_required_parameter",
          "unknown_parameter",
          "unsupported_parameter",
          "unsupported_value",
          "previous_response_not_found");

  /// `string_above_max_length`, `integer_below_min_value`, `array_above_max_length` and the like.
  private static final Pattern BOUNDS =
      Pattern.compile("(string|integer|decimal|array|object)_(above_max|below_min)_[a-z]{1,20}");

  private ProviderCodes() {}

  static boolean passes(String code) {
    return KNOWN.contains(code) || BOUNDS.matcher(code).matches();
  }
}
