package dev.tollgate.providers.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.ledger.InputCounter;
import dev.tollgate.providers.gateway.ProviderGateway;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The count endpoints of Anthropic (`/messages/count_tokens`) and of OpenAI
/// (`/responses/input_tokens`). Both refuse fields that only concern the answer, so those are left
/// out. Anthropic calls its count an estimate; 5 % are added to either.
public final class ProviderCounter implements InputCounter {
  private static final long PERCENT = 105;
  private static final long OVERHEAD = 64;
  private static final Set<String> MESSAGES =
      Set.of("messages", "system", "tools", "tool_choice", "thinking", "mcp_servers");
  private static final Set<String> RESPONSES =
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
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ProviderGateway providers;

  public ProviderCounter(ProviderGateway providers) {
    this.providers = providers;
  }

  @Override
  public OptionalLong count(Target target, Endpoint endpoint, Payload payload) {
    String path = path(target, endpoint);
    if (path == null) {
      return OptionalLong.empty();
    }
    Set<String> fields = endpoint == Endpoint.MESSAGES ? MESSAGES : RESPONSES;
    try {
      byte[] body = body(payload, target.deployment().model(), fields);
      byte[] answer = providers.ask(target, path, body, headers(endpoint));
      JsonNode tokens = answer == null ? null : JSON.readTree(answer).get("input_tokens");
      return tokens == null || !tokens.canConvertToLong() || tokens.asLong() < 0
          ? OptionalLong.empty()
          : OptionalLong.of((tokens.asLong() * PERCENT + 99) / 100 + OVERHEAD);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  private static @Nullable String path(Target target, Endpoint endpoint) {
    ProviderKind kind = target.provider().kind();
    URI url = target.provider().baseUrl();
    if (endpoint == Endpoint.MESSAGES && kind != ProviderKind.OPENAI) {
      return Endpoint.COUNT_TOKENS.path();
    }
    boolean openAi =
        kind == ProviderKind.OPENAI && url != null && "api.openai.com".equals(url.getHost());
    return endpoint == Endpoint.RESPONSES && openAi ? "/responses/input_tokens" : null;
  }

  private static List<HeaderField> headers(Endpoint endpoint) {
    return endpoint == Endpoint.MESSAGES
        ? List.of(new HeaderField("anthropic-version", "2023-06-01"))
        : List.of();
  }

  private static byte[] body(Payload payload, String model, Set<String> fields) throws IOException {
    ObjectNode counted = JSON.createObjectNode().put("model", model);
    JSON.readTree(payload.body())
        .properties()
        .forEach(
            each -> {
              if (fields.contains(each.getKey())) {
                counted.set(each.getKey(), each.getValue());
              }
            });
    return counted.toString().getBytes(StandardCharsets.UTF_8);
  }
}
