package dev.tollgate.domain.inference;

import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.Payload.CapEdit;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// Under which name a model takes its output cap. The facts of the model say it for chat
/// completions; many servers that speak OpenAI's dialect ignore `max_completion_tokens` (facts on
/// self-hosted servers), so the older name is used where nothing says otherwise. A server that
/// wants the other one refuses the request, which is not billed, and is asked again.
public final class OutputCaps {
  private OutputCaps() {}

  /// The cap to write, or null when the endpoint gives no output.
  public static @Nullable CapEdit edit(
      Endpoint endpoint, Target target, ModelFacts facts, long tokens) {
    return switch (endpoint) {
      case MESSAGES, COMPLETIONS -> new CapEdit("max_tokens", tokens);
      case RESPONSES -> new CapEdit("max_output_tokens", tokens);
      case CHAT_COMPLETIONS -> new CapEdit(chat(target, facts), tokens);
      case EMBEDDINGS, COUNT_TOKENS -> null;
    };
  }

  private static String chat(Target target, ModelFacts facts) {
    if (facts.capParameter() != null) {
      return facts.capParameter();
    }
    return isOpenAi(target.provider().baseUrl()) ? "max_completion_tokens" : "max_tokens";
  }

  private static boolean isOpenAi(@Nullable URI baseUrl) {
    return baseUrl != null && "api.openai.com".equals(baseUrl.getHost());
  }
}
