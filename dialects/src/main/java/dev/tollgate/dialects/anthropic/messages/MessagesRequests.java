package dev.tollgate.dialects.anthropic.messages;

import dev.tollgate.dialects.request.RequestRules;
import dev.tollgate.domain.inference.Operation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

final class MessagesRequests implements RequestRules {
  private static final String CAP = "max_tokens";
  private static final Set<String> COUNTED =
      Set.of("messages", "system", "tools", "tool_choice", "thinking", "mcp_servers");

  @Override
  public List<String> required(Operation operation) {
    return operation == Operation.COUNT ? List.of("messages") : List.of("messages", CAP);
  }

  @Override
  public long leastCap() {
    return 1;
  }

  @Override
  public boolean hasFastMode() {
    return true;
  }

  @Override
  public boolean keepsPrompts() {
    return false;
  }

  @Override
  public List<String> capNames(Operation operation) {
    return operation.hasOutput() ? List.of(CAP) : List.of();
  }

  @Override
  public @Nullable String usualTier(Operation operation) {
    return operation.hasOutput() ? "standard_only" : null;
  }

  @Override
  public boolean asksForUsage(Operation operation) {
    return false;
  }

  @Override
  public boolean namesRegion(Operation operation) {
    return operation.hasOutput();
  }

  @Override
  public Set<String> counted() {
    return COUNTED;
  }
}
