package dev.tollgate.simulated;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.simulated.Prompt.Section;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Answers that were to be stored, the last five hundred. Thread-safe.
final class StoredAnswers {
  private static final int MOST = 500;

  private final Map<String, Stored> byId =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Stored> eldest) {
          return size() > MOST;
        }
      };

  /// A stored answer, and what a follow-up goes on from.
  ///
  /// @param answer as it was given, or will be when the background is done with it
  /// @param input the items that it was asked with
  /// @param conversation input and output, as they count for a follow-up
  /// @param openCalls ids of its tool calls, which a follow-up must answer
  /// @param background whether it was asked for in the background and not looked at yet
  record Stored(
      ObjectNode answer,
      ArrayNode input,
      List<Section> conversation,
      Set<String> openCalls,
      boolean background) {
    Stored {
      conversation = List.copyOf(conversation);
      openCalls = Set.copyOf(openCalls);
    }

    /// The background is done with it.
    Stored done() {
      return with(answer);
    }

    /// The background is done with it, in another way.
    Stored with(ObjectNode other) {
      return new Stored(other, input, conversation, openCalls, false);
    }
  }

  synchronized void keep(String id, Stored stored) {
    byId.put(id, stored);
  }

  synchronized @Nullable Stored find(String id) {
    return byId.get(id);
  }

  /// Changes an answer, if it is there.
  ///
  /// @return what it is now
  synchronized @Nullable Stored change(String id, UnaryOperator<Stored> change) {
    Stored found = byId.get(id);
    if (found == null) {
      return null;
    }
    Stored changed = change.apply(found);
    byId.put(id, changed);
    return changed;
  }

  synchronized @Nullable Stored remove(String id) {
    return byId.remove(id);
  }

  /// Whether an item of that id was put out by a stored answer.
  synchronized boolean hasItem(String id) {
    return byId.values().stream()
        .flatMap(each -> each.answer().path("output").valueStream())
        .anyMatch(item -> item.path("id").asText().equals(id));
  }
}
