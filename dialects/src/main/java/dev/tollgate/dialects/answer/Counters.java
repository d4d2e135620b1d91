package dev.tollgate.dialects.answer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tollgate.domain.inference.CallRecord.Oddity;
import dev.tollgate.domain.pricing.Usage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The counters of a provider's usage objects, by the object that they are in and their name. One
/// rule merges what the events of a stream say one after the other: the last count that is real
/// holds; a zero, a null or nothing at all never lowers what was reported. Not thread-safe.
public final class Counters {
  private final Map<String, Long> counts = new HashMap<>();
  private final Set<String> absurd = new HashSet<>();
  private final Set<Oddity> oddities = EnumSet.noneOf(Oddity.class);
  private final Map<String, String> words = new HashMap<>();
  private List<Counters> iterations = List.of();
  private boolean believable = true;
  private UsageSite.@Nullable Cost cost;

  /// Reads a usage object; the parser stands on its `{` and is left on its `}`.
  void read(JsonParser json) throws IOException {
    cost = null;
    read(json, "");
  }

  private void read(JsonParser json, String within) throws IOException {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (within.isEmpty() && name.equals("cost") && value.isScalarValue()) {
        int from = (int) json.currentTokenLocation().getByteOffset();
        json.getTextLength();
        cost = new UsageSite.Cost(from, (int) json.currentLocation().getByteOffset());
      } else if (value == JsonToken.START_OBJECT) {
        read(json, part(name));
      } else if (name.equals("iterations") && value == JsonToken.START_ARRAY) {
        readIterations(json);
      } else if (value.isNumeric()) {
        put(within + name, number(json, value));
      } else if (value == JsonToken.VALUE_STRING) {
        word(within + name, json.getText());
      } else {
        json.skipChildren();
      }
    }
  }

  /// Anthropic's list of what was done one after the other for one answer.
  private void readIterations(JsonParser json) throws IOException {
    List<Counters> read = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() == JsonToken.START_OBJECT) {
        Counters iteration = new Counters();
        iteration.read(json, "");
        read.add(iteration);
      } else {
        json.skipChildren();
      }
    }
    iterations = read.isEmpty() ? iterations : read;
  }

  /// The details of a total have many names.
  private static String part(String name) {
    return switch (name) {
      case "prompt_tokens_details", "input_tokens_details", "input_token_details" -> "in.";
      case "completion_tokens_details", "output_tokens_details", "output_token_details" -> "out.";
      default -> name + '.';
    };
  }

  /// A count that is beyond anything real is as good as any other such.
  private static long number(JsonParser json, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NUMBER_FLOAT) {
      double number = json.getDoubleValue();
      return number < Usage.MOST ? (long) number : Usage.MOST + 1;
    }
    return switch (json.getNumberType()) {
      case BIG_INTEGER -> json.getBigIntegerValue().signum() < 0 ? 0 : Usage.MOST + 1;
      default -> json.getLongValue();
    };
  }

  private void word(String name, String text) {
    boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (digits) {
      oddities.add(Oddity.TEXT_COUNTS);
      put(name, text.length() > 13 ? Usage.MOST + 1 : Long.parseLong(text));
    } else {
      words.put(name, text);
    }
  }

  private void put(String name, long count) {
    if (count > Usage.MOST) {
      absurd.add(name);
      oddities.add(Oddity.ABSURD_COUNT);
      counts.put(name, Usage.MOST);
    } else if (count > 0) {
      absurd.remove(name);
      counts.put(name, count);
    } else {
      counts.putIfAbsent(name, 0L);
    }
  }

  /// The largest of the counters of these names: one thing under several names. A count that no
  /// answer can have makes the whole usage unbelievable.
  public long get(String... names) {
    long largest = 0;
    for (String name : names) {
      believable &= !absurd.contains(name);
      largest = Math.max(largest, counts.getOrDefault(name, 0L));
    }
    return largest;
  }

  /// As [#get], of a counter that says nothing about the others.
  public long beside(String name) {
    return counts.getOrDefault(name, 0L);
  }

  @Nullable String word(String name) {
    return words.get(name);
  }

  public List<Counters> iterations() {
    return iterations;
  }

  /// Notes that parts and total disagree.
  public void disagree() {
    oddities.add(Oddity.TOTAL_DISAGREES);
  }

  /// Whether every count that was asked for is one that an answer can have.
  boolean believable() {
    return believable && iterations.stream().allMatch(Counters::believable);
  }

  Set<Oddity> oddities() {
    iterations.forEach(each -> oddities.addAll(each.oddities));
    return oddities;
  }

  /// Where the provider's own cost stands in the object that was read last, or null.
  UsageSite.@Nullable Cost cost() {
    return cost;
  }
}
