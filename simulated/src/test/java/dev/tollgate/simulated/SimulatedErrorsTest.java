package dev.tollgate.simulated;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimulatedErrorsTest {
  private static final String USER = "[{'role':'user','content':'hi'}]";

  private static final String CHAT = "/chat/completions";
  private static final Map<String, String> CODES =
      Map.of(
          "missing", "missing_required_parameter",
          "no_response", "previous_response_not_found",
          "too_small", "integer_below_min_value",
          "too_large", "integer_above_max_value");

  private final TestingClient client = new TestingClient();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "/chat | {'messages':USER} | model | missing",
        "/chat | {SMALL} | messages | missing",
        "/chat | {SMALL,'messages':'hi'} | messages | invalid_type",
        "/chat | {SMALL,'messages':[]} | messages | invalid_value",
        "/chat | {SMALL,'messages':[7]} | messages[0] | invalid_type",
        "/chat | {SMALL,'messages':[{'role':'x'}]} | messages[0].role | invalid_value",
        "/chat | {SMALL,'messages':[{'role':'user'}]} | messages[0].content | missing",
        "/chat | {ASK,'max_tokens':'7'} | max_tokens | invalid_type",
        "/chat | {ASK,'max_tokens':0} | max_tokens | too_small",
        "/chat | {ASK,'n':129} | n | too_large",
        "/chat | {ASK,'stop':['a','b','c','d','e']} | stop | invalid_value",
        "/chat | {ASK,'stop':[1]} | stop | invalid_type",
        "/chat | {ASK,'stream':'yes'} | stream | invalid_type",
        "/chat | {ASK,'temperature':'hot'} | temperature | invalid_type",
        "/chat | {ASK,'stream_options':{}} | stream_options | invalid_value",
        "/chat | {ASK,'tools':[{'type':'function'}]} | tools[0].function | missing",
        "/chat | {ASK,'response_format':{'type':'xml'}} | response_format.type | invalid_value",
        "/completions | {SMALL} | prompt | missing",
        "/completions | {SMALL,'prompt':{}} | prompt | invalid_type",
        "/embeddings | {'model':'sim-embed'} | input | missing",
        "/embeddings | {'model':'sim-embed','input':'a','dimensions':0} | dimensions | too_small",
        "/responses | {SMALL} | input | missing",
        "/responses | {SMALL,'input':7} | input | invalid_type",
        "/responses | {SMALL,'input':'a','max_output_tokens':15} | max_output_tokens | too_small",
        "/responses | {SMALL,'previous_response_id':'r'} | previous_response_id | no_response"
      })
  void openAiNamesTheFieldAtFault(String path, String body, String param, String code) {
    UpstreamResponse response = client.post(path.equals("/chat") ? CHAT : path, json(body));
    JsonNode error = TestingClient.json(response).path("error");
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.header("x-request-id")).startsWith("req_");
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.path("param").asText()).isEqualTo(param);
    assertThat(error.path("code").asText()).isEqualTo(CODES.getOrDefault(code, code));
    assertThat(error.path("message").asText()).contains("'" + param + "'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{ASK} | max_tokens: Field required",
        "{SMALL,LIMIT} | messages: Field required",
        "{SMALL,'max_tokens':'9','messages':USER} | max_tokens: Input should be an integer",
        "{SMALL,LIMIT,'messages':[{'role':'x'}]} | messages.0.role: not a role",
        "{ASK,LIMIT,'stop_sequences':'a'} | stop_sequences: Input should be a valid list",
        "{ASK,LIMIT,'tools':[{'name':'a'}]} | tools.0.input_schema: Field required",
        "{LIMIT,'messages':USER} | model: Field required"
      })
  void anthropicNamesTheFieldAtFault(String body, String message) {
    UpstreamResponse response = client.post("/messages", json(body));
    JsonNode answer = TestingClient.json(response);
    assertThat(response.status()).isEqualTo(400);
    assertThat(answer.path("type").asText()).isEqualTo("error");
    assertThat(answer.at("/error/type").asText()).isEqualTo("invalid_request_error");
    assertThat(answer.at("/error/message").asText()).isEqualTo(message);
    assertThat(answer.path("request_id").asText()).isEqualTo(response.header("request-id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{} {}", "null"})
  void refusesWhatIsNotOneObject(String body) {
    UpstreamResponse response = client.post("/chat/completions", body);
    assertThat(response.status()).isEqualTo(400);
    assertThat(TestingClient.json(response).at("/error/code").asText()).isEqualTo("invalid_json");
    assertThat(client.post("/messages", body).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "/chat/completions, gpt-x, 404, model_not_found",
    "/chat/completions, sim-embed, 400, unsupported_value",
    "/embeddings, sim-small, 400, unsupported_value"
  })
  void openAiDoesNotServeOtherModels(String path, String model, int status, String code) {
    UpstreamResponse response =
        client.post(path, json("{'model':'" + model + "','input':'a','messages':USER}"));
    JsonNode error = TestingClient.json(response).path("error");
    assertThat(response.status()).isEqualTo(status);
    assertThat(error.path("code").asText()).isEqualTo(code);
    assertThat(error.path("message").asText()).contains(model);
  }

  @Test
  void anthropicDoesNotKnowOtherModels() {
    UpstreamResponse response =
        client.post("/messages", json("{'model':'claude-x','max_tokens':9,'messages':USER}"));
    assertThat(response.status()).isEqualTo(404);
    assertThat(TestingClient.json(response).path("error").toString())
        .isEqualTo(json("{'type':'not_found_error','message':'model: claude-x'}"));
  }

  @Test
  void doesNotKnowOtherPaths() {
    assertThat(TestingClient.json(client.post("/images", "{}")).at("/error/code").asText())
        .isEqualTo("unknown_url");
    assertThat(client.get("/chat/completions").status()).isEqualTo(404);
    assertThat(client.post("/messages/batches", "{}").status()).isEqualTo(404);
  }

  @Test
  void listsItsModelsInBothShapes() {
    JsonNode openAi = TestingClient.json(client.get("/models"));
    assertThat(openAi.path("object").asText()).isEqualTo("list");
    assertThat(openAi.path("data").findValuesAsText("id"))
        .containsExactly(
            "sim-small",
            "sim-large",
            "sim-embed",
            "sim-429",
            "sim-stall",
            "sim-reset",
            "sim-billing-stop");
    UpstreamResponse response =
        client.get("/models?limit=100", new HeaderField("Anthropic-Version", "2023-06-01"));
    JsonNode anthropic = TestingClient.json(response);
    assertThat(anthropic.at("/data/0/type").asText()).isEqualTo("model");
    assertThat(anthropic.at("/data/0/lifecycle").asText()).isEqualTo("active");
    assertThat(anthropic.path("has_more").asBoolean(true)).isFalse();
  }

  private static String json(String quoted) {
    return quoted
        .replace("ASK", "SMALL,'messages':USER")
        .replace("SMALL", "'model':'sim-small'")
        .replace("LIMIT", "'max_tokens':9")
        .replace("USER", USER)
        .replace('\'', '"');
  }
}
