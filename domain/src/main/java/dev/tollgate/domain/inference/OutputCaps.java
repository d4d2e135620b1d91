package dev.tollgate.domain.inference;

import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.Payload.CapEdit;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Under which name a model takes its output cap. The facts of the model say it for chat
/// completions; many servers that speak OpenAI's dialect ignore `max_completion_tokens` (facts on
/// self-hosted servers), so the older name is used where nothing says otherwise.
public final class OutputCaps {
  private OutputCaps() {}

  /// The cap to write, or null when the endpoint gives no output.
  public static @Nullable CapEdit edit(
      Endpoint endpoint, Target target, ModelFacts facts, Payload payload, long tokens) {
    return switch (endpoint) {
      case MESSAGES, COMPLETIONS -> new CapEdit("max_tokens", tokens);
      case RESPONSES -> new CapEdit("max_output_tokens", tokens);
      case CHAT_COMPLETIONS -> new CapEdit(chat(target, facts, payload), tokens);
      case EMBEDDINGS, COUNT_TOKENS -> null;
    };
  }

  private static String chat(Target target, ModelFacts facts, Payload payload) {
    if (facts.capParameter() != null) {
      return facts.capParameter();
    }
    if (isOpenAi(target.provider().baseUrl())) {
      return "max_completion_tokens";
    }
    // A caller that knows its server names what it reads.
    return payload.demands().caps().isEmpty()
        ? "max_tokens"
        : payload.demands().caps().getFirst().name();
  }

  private static boolean isOpenAi(@Nullable URI baseUrl) {
    return baseUrl != null && "api.openai.com".equals(baseUrl.getHost());
  }
}
