package dev.tollgate.simulated;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Anthropic's rule of tools: the results of all calls of a message stand in the next one, before
/// anything else, and nowhere else. Used for one request.
final class ToolResults {
  private Set<String> called = Set.of();

  /// @param blocks the content of the message
  void next(int index, Fields message, List<Fields> blocks) {
    Set<String> open = new LinkedHashSet<>(called);
    Set<String> calls = new LinkedHashSet<>();
    boolean others = false;
    for (int i = 0; i < blocks.size(); i++) {
      Fields block = blocks.get(i);
      switch (block.needText("type")) {
        case "tool_result" -> {
          String id = block.needText("tool_use_id");
          if (!open.remove(id) || others) {
            throw unexpected(message, index, i, id);
          }
        }
        case "tool_use" -> calls.add(block.needText("id"));
        default -> others = true;
      }
    }
    if (!open.isEmpty()) {
      throw missing(index - 1, open);
    }
    called = calls;
  }

  /// @param messages how many there were
  void end(int messages) {
    if (!called.isEmpty()) {
      throw missing(messages - 1, called);
    }
  }

  private static Rejected unexpected(Fields message, int index, int block, String id) {
    return message.refused(
        "content",
        "messages.%d.content.%d: unexpected `tool_use_id` found in `tool_result` blocks: %s. Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
            .formatted(index, block, id));
  }

  private static Rejected missing(int index, Set<String> ids) {
    return new Rejected(
        new Rejection.Refused(
            400,
            "messages",
            "messages.%d: `tool_use` ids were found without `tool_result` blocks immediately after: %s. Each `tool_use` block must have a corresponding `tool_result` block in the next message."
                .formatted(index, String.join(", ", ids))));
  }
}
