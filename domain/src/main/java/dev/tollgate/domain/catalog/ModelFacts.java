package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.ModelFactsId;
import dev.tollgate.domain.pricing.Usage;
import dev.tollgate.domain.rules.BrokenRule;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What a canonical model can do and how large it is: what a bound or an estimate needs to know of
/// it. Holds from `effectiveFrom` until the next facts of the same model begin.
///
/// @param model a canonical model, or a pattern that ends in `*`; the longest that matches counts
/// @param window the most tokens of input and output together
/// @param outputCap the most output tokens of one answer
/// @param imageTokens the most input tokens that one image counts
/// @param audioTokens the most input tokens that one audio part counts beside its bytes
/// @param documentTokens the most input tokens that one document counts beside its bytes
/// @param hiddenTokens what the provider adds to a prompt that has tools
/// @param capParameter the name under which chat completions take the output cap, or null when that
///   is not known
/// @param topSpeed output tokens a second that no stream of it exceeds
public record ModelFacts(
    ModelFactsId id,
    String model,
    Instant effectiveFrom,
    long window,
    long outputCap,
    long imageTokens,
    long audioTokens,
    long documentTokens,
    long hiddenTokens,
    @Nullable String capParameter,
    long topSpeed) {
  /// No model reads more than this.
  public static final long LARGEST_WINDOW = 1_050_000;

  public ModelFacts {
    if (model.isBlank() || model.length() > 256) {
      throw BrokenRule.of("model", "must have 1 to 256 characters");
    }
    int star = model.indexOf('*');
    if (star >= 0 && star != model.length() - 1) {
      throw BrokenRule.of("model", "may have a * at its end only");
    }
    check("window", window, 1);
    check("output_cap", outputCap, 0);
    check("image_tokens", imageTokens, 0);
    check("audio_tokens", audioTokens, 0);
    check("document_tokens", documentTokens, 0);
    check("hidden_tokens", hiddenTokens, 0);
    check("top_speed", topSpeed, 1);
    if (capParameter != null
        && !capParameter.equals("max_tokens")
        && !capParameter.equals("max_completion_tokens")) {
      throw BrokenRule.of("cap_parameter", "must be max_tokens or max_completion_tokens");
    }
  }

  /// What is assumed of a model of which nothing is known.
  public static ModelFacts unknown(ModelFactsId id) {
    return new ModelFacts(
        id,
        "*",
        Instant.EPOCH,
        LARGEST_WINDOW,
        128_000,
        65_536,
        1_024,
        LARGEST_WINDOW,
        1_024,
        null,
        300);
  }

  /// The same under another id.
  public ModelFacts as(ModelFactsId newId) {
    return new ModelFacts(
        newId,
        model,
        effectiveFrom,
        window,
        outputCap,
        imageTokens,
        audioTokens,
        documentTokens,
        hiddenTokens,
        capParameter,
        topSpeed);
  }

  private static void check(String name, long value, long least) {
    if (value < least || value > Usage.MOST) {
      throw BrokenRule.of(name, "must be a number of at least " + least);
    }
  }

  boolean matches(String canonical) {
    return model.endsWith("*")
        ? canonical.regionMatches(0, model, 0, model.length() - 1)
        : model.equals(canonical);
  }
}
