package dev.tollgate.providers.dialect;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Usage;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The counters of a usage object as a provider names them. Later values overwrite earlier ones and
/// are never added: Anthropic repeats and corrects them in the course of a stream.
final class UsageFields {
  private long input = -1;
  private long output = -1;
  private long cached;
  private long cacheWrite;
  private long cacheCreation;
  private long write5m;
  private long write1h;
  private long write30m;
  private long write12h;
  private long reasoning;
  private long audioInput;
  private long audioOutput;
  private long imageInput;
  private long imageOutput;
  private long seconds;
  private long webSearches;
  private long fileSearches;
  private int costFrom = -1;
  private int costTo = -1;
  private boolean seen;
  private @Nullable String serviceTier;
  private @Nullable String speed;

  boolean seen() {
    return seen;
  }

  /// Where the provider's own cost lies in the object that was read last, or -1.
  int costFrom() {
    return costFrom;
  }

  int costTo() {
    return costTo;
  }

  void countWebSearch() {
    webSearches++;
  }

  void countFileSearch() {
    fileSearches++;
  }

  /// Reads an object; the parser stands on its `{` and is left on its `}`.
  void read(JsonParser json) throws IOException {
    seen = true;
    costFrom = -1;
    costTo = -1;
    read(json, "");
  }

  private void read(JsonParser json, String within) throws IOException {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (within.isEmpty() && name.equals("cost") && value.isScalarValue()) {
        costFrom = (int) json.currentTokenLocation().getByteOffset();
        json.getTextLength();
        costTo = (int) json.currentLocation().getByteOffset();
      } else if (value == JsonToken.START_OBJECT) {
        read(json, name);
      } else if (value == JsonToken.VALUE_NUMBER_INT) {
        set(name, within, json.getLongValue());
      } else if (value == JsonToken.VALUE_NUMBER_FLOAT) {
        set(name, within, json.getDecimalValue().longValue());
      } else if (value == JsonToken.VALUE_STRING && within.isEmpty()) {
        note(name, json.getText());
      } else {
        json.skipChildren();
      }
    }
  }

  private void note(String name, String text) {
    if (name.equals("service_tier")) {
      serviceTier = text;
    } else if (name.equals("speed")) {
      speed = text;
    }
  }

  /// The tier that Anthropic names in its usage, or null. Its fast mode is a speed, priced like a
  /// tier.
  @Nullable String serviceTier() {
    return "fast".equals(speed) ? speed : serviceTier;
  }

  private void set(String name, String within, long value) {
    boolean ofOutput = within.startsWith("completion") || within.startsWith("output");
    switch (name) {
      case "prompt_tokens", "input_tokens" -> input = value;
      case "completion_tokens", "output_tokens" -> output = value;
      case "cached_tokens", "cache_read_input_tokens" -> cached = value;
      case "cache_write_tokens" -> cacheWrite = value;
      case "cache_creation_input_tokens" -> cacheCreation = value;
      case "ephemeral_5m_input_tokens" -> write5m = value;
      case "ephemeral_1h_input_tokens" -> write1h = value;
      case "ttl_30m_tokens" -> write30m = value;
      case "ttl_12h_tokens" -> write12h = value;
      case "reasoning_tokens", "thinking_tokens" -> reasoning = value;
      case "audio_tokens" -> {
        if (ofOutput) {
          audioOutput = value;
        } else {
          audioInput = value;
        }
      }
      case "image_tokens" -> {
        if (ofOutput) {
          imageOutput = value;
        } else {
          imageInput = value;
        }
      }
      case "seconds" -> seconds = value;
      case "web_search_requests" -> webSearches = value;
      default -> {
        // A counter that is only a sum of others, or one that is not priced.
      }
    }
  }

  /// OpenAI's counters: details are parts of the totals, so what is fresh is what they leave.
  Usage openAi() {
    long in = Math.max(0, input);
    long out = Math.max(0, output);
    long byTtl = write30m + write12h;
    return Usage.builder()
        .set(Component.INPUT, in - cached - cacheWrite - audioInput - imageInput)
        .set(Component.CACHED_INPUT, Math.min(cached, in))
        .set(Component.CACHE_WRITE_30M, Math.min(cacheWrite - (byTtl == 0 ? 0 : write12h), in))
        .set(Component.CACHE_WRITE_12H, Math.min(write12h, in))
        .set(Component.AUDIO_INPUT, Math.min(audioInput, in))
        .set(Component.IMAGE_INPUT, Math.min(imageInput, in))
        .set(Component.OUTPUT, out - reasoning - audioOutput - imageOutput)
        .set(Component.REASONING, Math.min(reasoning, out))
        .set(Component.AUDIO_OUTPUT, Math.min(audioOutput, out))
        .set(Component.IMAGE_OUTPUT, Math.min(imageOutput, out))
        .set(Component.WEB_SEARCH, webSearches)
        .set(Component.FILE_SEARCH, fileSearches)
        .set(Component.AUDIO_SECONDS, seconds)
        .build();
  }

  /// Anthropic's counters: `input_tokens` leaves out what was read from or written to a cache.
  Usage anthropic() {
    long out = Math.max(0, output);
    long split = write5m + write1h;
    return Usage.builder()
        .set(Component.INPUT, input)
        .set(Component.CACHED_INPUT, cached)
        .set(Component.CACHE_WRITE_5M, split == 0 ? cacheCreation : write5m)
        .set(Component.CACHE_WRITE_1H, write1h)
        .set(Component.OUTPUT, out - reasoning)
        .set(Component.REASONING, Math.min(reasoning, out))
        .set(Component.WEB_SEARCH, webSearches)
        .build();
  }
}
