package dev.tollgate.domain.inference;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The rare facts of one call. Immutable.
public record Details(Map<Detail, Value> facts) {
  public static final Details NONE = new Details(Map.of());

  public Details {
    facts = Map.copyOf(facts);
  }

  /// What is known.
  public sealed interface Value {
    record Count(long number) implements Value {}

    record Word(String text) implements Value {}

    record Words(List<String> texts) implements Value {
      public Words {
        texts = List.copyOf(texts);
      }
    }
  }

  public boolean isEmpty() {
    return facts.isEmpty();
  }

  public Details with(Detail detail, long number) {
    return with(detail, new Value.Count(number));
  }

  public Details with(Detail detail, String text) {
    return with(detail, new Value.Word(text));
  }

  public Details with(Detail detail, List<String> texts) {
    return with(detail, new Value.Words(texts));
  }

  public Details with(Detail detail, Value value) {
    Map<Detail, Value> more = new EnumMap<>(Detail.class);
    more.putAll(facts);
    more.put(detail, value);
    return new Details(more);
  }
}
