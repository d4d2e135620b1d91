package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// The usage objects of OpenAI's endpoints. Cached and written tokens are parts of the input,
/// reasoning tokens are a part of the output.
final class OpenAiUsage {
  private OpenAiUsage() {}

  static ObjectNode chat(Tally tally) {
    ObjectNode usage = plain(tally);
    usage
        .putObject("prompt_tokens_details")
        .put("cached_tokens", tally.input().cached())
        .put("cache_write_tokens", tally.input().written())
        .put("audio_tokens", 0);
    usage
        .putObject("completion_tokens_details")
        .put("reasoning_tokens", tally.reasoning())
        .put("audio_tokens", 0)
        .put("accepted_prediction_tokens", 0)
        .put("rejected_prediction_tokens", 0);
    return usage;
  }

  /// Without details, as the models of the legacy endpoint report it.
  static ObjectNode plain(Tally tally) {
    return Json.object()
        .put("prompt_tokens", tally.input().total())
        .put("completion_tokens", tally.output())
        .put("total_tokens", tally.total());
  }

  static ObjectNode responses(Tally tally) {
    ObjectNode usage = Json.object().put("input_tokens", tally.input().total());
    usage
        .putObject("input_tokens_details")
        .put("cached_tokens", tally.input().cached())
        .put("cache_write_tokens", tally.input().written());
    usage.put("output_tokens", tally.output());
    usage.putObject("output_tokens_details").put("reasoning_tokens", tally.reasoning());
    return usage.put("total_tokens", tally.total());
  }
}
