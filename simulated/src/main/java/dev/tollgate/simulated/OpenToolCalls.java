package dev.tollgate.simulated;

import java.util.LinkedHashSet;
import java.util.Set;

/// The tool calls of a conversation that have no result yet. A result without a call, and a call
/// without a result, are refused in the words of the real APIs. Used for one request.
final class OpenToolCalls {
  private final Set<String> open = new LinkedHashSet<>();

  OpenToolCalls() {}

  /// @param left by an earlier answer
  OpenToolCalls(Set<String> left) {
    open.addAll(left);
  }

  void called(String id) {
    open.add(id);
  }

  /// @return false when nobody called for it
  boolean answered(String id) {
    return open.remove(id);
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  String ids() {
    return String.join(", ", open);
  }
}
