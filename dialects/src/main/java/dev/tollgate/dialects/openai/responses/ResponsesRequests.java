package dev.tollgate.dialects.openai.responses;

import dev.tollgate.dialects.request.RequestRules;
import dev.tollgate.domain.inference.Operation;
import java.util.List;
import java.util.Set;

final class ResponsesRequests implements RequestRules {
  private static final List<String> CAPS = List.of("max_output_tokens");
  private static final long LEAST_CAP = 16;
  private static final Set<String> COUNTED =
      Set.of(
          "input",
          "instructions",
          "tools",
          "tool_choice",
          "parallel_tool_calls",
          "previous_response_id",
          "conversation",
          "reasoning",
          "text",
          "truncation");

  /// A response may go on from an earlier one, with nothing new to say.
  @Override
  public List<String> required(Operation operation) {
    return List.of();
  }

  @Override
  public long leastCap() {
    return LEAST_CAP;
  }

  @Override
  public boolean hasFastMode() {
    return false;
  }

  @Override
  public boolean keepsPrompts() {
    return true;
  }

  @Override
  public List<String> capNames(Operation operation) {
    return operation.hasOutput() ? CAPS : List.of();
  }

  @Override
  public String usualTier(Operation operation) {
    return "default";
  }

  @Override
  public boolean asksForUsage(Operation operation) {
    return false;
  }

  @Override
  public boolean namesRegion(Operation operation) {
    return false;
  }

  @Override
  public Set<String> counted() {
    return COUNTED;
  }
}
