package dev.tollgate.providers.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.dialects.Dialects;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.ledger.InputCounter;
import dev.tollgate.providers.gateway.ProviderGateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.Set;

/// The count endpoints of Anthropic (`/messages/count_tokens`) and of OpenAI
/// (`/responses/input_tokens`). Both refuse fields that only concern the answer, so those are left
/// out. Anthropic calls its count an estimate; 5 % are added to either.
public final class ProviderCounter implements InputCounter {
  private static final long PERCENT = 105;
  private static final long OVERHEAD = 64;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ProviderGateway providers;

  public ProviderCounter(ProviderGateway providers) {
    this.providers = providers;
  }

  @Override
  public OptionalLong count(Target target, Endpoint endpoint, Payload payload) {
    Provider provider = target.provider();
    String path = providers.of(provider.kind()).countPath(endpoint, provider);
    if (path == null) {
      return OptionalLong.empty();
    }
    Set<String> counted = Dialects.format(endpoint.dialect()).requests().counted();
    try {
      byte[] body = body(payload, target.deployment().model(), counted);
      byte[] answer = providers.ask(target, path, body);
      JsonNode tokens = answer == null ? null : JSON.readTree(answer).get("input_tokens");
      return tokens == null || !tokens.canConvertToLong() || tokens.asLong() < 0
          ? OptionalLong.empty()
          : OptionalLong.of((tokens.asLong() * PERCENT + 99) / 100 + OVERHEAD);
    } catch (IOException e) {
      return OptionalLong.empty();
    }
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
