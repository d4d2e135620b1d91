package dev.tollgate.dialects.anthropic.messages;

import dev.tollgate.dialects.answer.Counters;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;
import java.util.List;

/// What Anthropic's counters mean: `input_tokens` leaves out what was read from or written to a
/// cache. Where the answer lists its iterations, all of them are billed; the totals leave some out.
/// A list that has less than the totals says nothing.
final class AnthropicUsage {
  private AnthropicUsage() {}

  static Usage of(Counters counters) {
    List<Counters> parts =
        sum(counters.iterations()) < sum(List.of(counters))
            ? List.of(counters)
            : counters.iterations();
    long input = 0;
    long cached = 0;
    long write5m = 0;
    long write1h = 0;
    long out = 0;
    long thinking = 0;
    for (Counters part : parts) {
      input += part.get("input_tokens");
      cached += part.get("cache_read_input_tokens");
      long hour = part.get("cache_creation.ephemeral_1h_input_tokens");
      long minutes = part.get("cache_creation.ephemeral_5m_input_tokens");
      long whole = part.get("cache_creation_input_tokens");
      write1h += hour;
      write5m += Math.max(minutes, whole - hour);
      out += part.get("output_tokens");
      thinking += part.get("out.thinking_tokens", "out.reasoning_tokens");
    }
    return Usage.builder()
        .set(Component.INPUT, input)
        .set(Component.CACHED_INPUT, cached)
        .set(Component.CACHE_WRITE_5M, write5m)
        .set(Component.CACHE_WRITE_1H, write1h)
        .set(Component.OUTPUT, out - thinking)
        .set(Component.REASONING, Math.min(thinking, out))
        .set(Component.WEB_SEARCH, counters.get("server_tool_use.web_search_requests"))
        .build();
  }

  private static long sum(List<Counters> parts) {
    long sum = 0;
    for (Counters part : parts) {
      sum += part.get("input_tokens") + part.get("output_tokens");
      sum += part.get("cache_read_input_tokens") + part.get("cache_creation_input_tokens");
    }
    return sum;
  }
}
