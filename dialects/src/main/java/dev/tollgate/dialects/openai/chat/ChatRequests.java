package dev.tollgate.dialects.openai.chat;

import dev.tollgate.dialects.request.RequestRules;
import dev.tollgate.domain.inference.Operation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

final class ChatRequests implements RequestRules {
  private static final String OLDER_CAP = "max_tokens";
  private static final List<String> CAPS = List.of(OLDER_CAP, "max_completion_tokens");

  @Override
  public List<String> required(Operation operation) {
    return switch (operation) {
      case GENERATE, COUNT -> List.of("messages");
      case EMBED -> List.of("input");
      case COMPLETE -> List.of();
    };
  }

  @Override
  public long leastCap() {
    return 1;
  }

  @Override
  public boolean hasFastMode() {
    return false;
  }

  @Override
  public boolean keepsPrompts() {
    return false;
  }

  @Override
  public List<String> capNames(Operation operation) {
    return switch (operation) {
      case GENERATE -> CAPS;
      case COMPLETE -> List.of(OLDER_CAP);
      case EMBED, COUNT -> List.of();
    };
  }

  @Override
  public @Nullable String usualTier(Operation operation) {
    return operation == Operation.GENERATE ? "default" : null;
  }

  @Override
  public boolean asksForUsage(Operation operation) {
    return operation.hasOutput();
  }

  @Override
  public boolean namesRegion(Operation operation) {
    return false;
  }

  @Override
  public Set<String> counted() {
    return Set.of();
  }
}
