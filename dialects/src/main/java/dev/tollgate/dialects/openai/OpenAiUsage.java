package dev.tollgate.dialects.openai;

import dev.tollgate.dialects.answer.AnswerRules.Searches;
import dev.tollgate.dialects.answer.Counters;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;

/// What OpenAI's counters mean, and those of the many servers that speak its dialect: details are
/// parts of their total, so what is fresh is what they leave.
final class OpenAiUsage {
  private OpenAiUsage() {}

  static Usage of(Counters counters, Searches searches) {
    long hits = counters.get("prompt_cache_hit_tokens");
    long cached =
        Math.max(
            hits, counters.get("in.cached_tokens", "cached_tokens", "cache_read_input_tokens"));
    long reasoning =
        counters.get("out.reasoning_tokens", "out.thinking_tokens", "reasoning_tokens");
    long in =
        Math.max(
            counters.get("prompt_tokens", "input_tokens"),
            hits + counters.get("prompt_cache_miss_tokens"));
    long out = counters.get("completion_tokens", "output_tokens");
    // What is thought cannot be more than what is put out, unless it was counted beside it.
    boolean beside = reasoning > out;
    out += beside ? reasoning : 0;
    long missing = counters.get("total_tokens") - in - out;
    if (missing > 0) {
      if (in == 0 || cached > in) {
        in += missing;
      } else {
        out += missing;
        if (missing != reasoning || beside) {
          counters.disagree();
        }
      }
    }
    long write = counters.get("in.cache_write_tokens", "cache_write_tokens");
    long write12h = counters.get("cache_write_tokens_details.ttl_12h_tokens");
    long audioIn = counters.get("in.audio_tokens");
    long imageIn = counters.get("in.image_tokens");
    long audioOut = counters.get("out.audio_tokens");
    long imageOut = counters.get("out.image_tokens");
    return Usage.builder()
        .set(Component.INPUT, in - cached - write - audioIn - imageIn)
        .set(Component.CACHED_INPUT, Math.min(cached, in))
        .set(Component.CACHE_WRITE_30M, Math.min(write - write12h, in))
        .set(Component.CACHE_WRITE_12H, Math.min(write12h, in))
        .set(Component.AUDIO_INPUT, Math.min(audioIn, in))
        .set(Component.IMAGE_INPUT, Math.min(imageIn, in))
        .set(Component.OUTPUT, out - reasoning - audioOut - imageOut)
        .set(Component.REASONING, Math.min(reasoning, out))
        .set(Component.AUDIO_OUTPUT, Math.min(audioOut, out))
        .set(Component.IMAGE_OUTPUT, Math.min(imageOut, out))
        .set(Component.WEB_SEARCH, searches.web())
        .set(Component.FILE_SEARCH, searches.file())
        .set(Component.AUDIO_SECONDS, counters.beside("seconds"))
        .build();
  }
}
