package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.proto.Operation;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.SpecVersion;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.ParseOptions;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The OpenAPI document is one for programs that others wrote, and what is answered is what it
/// says.
class OpenApiTest {
  private static final TestingGateway GATEWAY = TestingGateway.shared();
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none';"
          + " frame-ancestors 'none'";

  private static String text = "";
  private static OpenApiDocument document;

  @BeforeAll
  static void read() {
    HttpResponse<String> answer = GATEWAY.get("/api/v1/openapi.json", "");
    assertThat(answer.statusCode()).isEqualTo(200);
    text = answer.body();
    document = OpenApiDocument.of(GATEWAY);
  }

  @Test
  void anotherParserFindsNothingWrong() {
    ParseOptions options = new ParseOptions();
    options.setResolve(true);
    SwaggerParseResult parsed = new OpenAPIV3Parser().readContents(text, null, options);
    assertThat(parsed.getMessages()).isEmpty();
    OpenAPI api = parsed.getOpenAPI();
    assertThat(api.getSpecVersion()).isEqualTo(SpecVersion.V31);
    long operations =
        api.getPaths().values().stream().mapToLong(path -> path.readOperations().size()).sum();
    assertThat(operations).isEqualTo(Operation.ALL.size());
  }

  @Test
  void limitsOfTheContractStandInIt() {
    JsonNode overlap = member("post", "/keys/{id}/rotate", "overlap");
    assertThat(overlap.findValuesAsText("x-minimum")).containsExactly("PT0S");
    assertThat(overlap.findValuesAsText("x-maximum")).containsExactly("P7D");
    assertThat(member("put", "/model-facts", "cap_parameter").findValue("enum"))
        .extracting(JsonNode::asText)
        .containsExactly("", "max_tokens", "max_completion_tokens");
    assertThat(member("post", "/keys", "name").findValuesAsText("maxLength"))
        .containsExactly("100");
  }

  private static JsonNode member(String verb, String path, String name) {
    return document
        .json()
        .path("paths")
        .path(path)
        .path(verb)
        .at("/requestBody/content/application~1json/schema/properties/" + name);
  }

  @Test
  void answersAreWhatTheDocumentSays() {
    Map<String, String> answers = new TreeMap<>();
    String project = GATEWAY.newProject();
    JsonNode key =
        GATEWAY.newKey(
            project,
            "\"tags\":[\"a\"],\"metadata\":{\"a\":\"b\"},\"models\":[\"sim-*\"],"
                + "\"budget\":{\"limit\":\"5.00\",\"window\":\"day\"}");
    answers.put("Key made", key.toString());
    GATEWAY.call(
        "/v1/chat/completions",
        key.path("key").asText(),
        "{\"model\":\"sim-small\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
    JsonNode call = GATEWAY.lastCall(key.path("id").asText());
    answers.put("Key", GATEWAY.manage("GET", "/keys/" + key.path("id").asText(), "").toString());
    answers.put("Project", GATEWAY.manage("GET", "/projects/" + project, "").toString());
    answers.put("Call", GATEWAY.manage("GET", "/calls/" + call.path("id").asText(), "").toString());
    answers.put("VerifyLedgerResponse", GATEWAY.manage("POST", "/ledger/verify", "{}").toString());
    for (Operation each : Operation.ALL) {
      if (each.verb().equals("GET") && each.pathFields().isEmpty() && !each.streams()) {
        String path = each.path() + (each.path().equals("/usage") ? "?group_by=project,model" : "");
        answers.put(each.response().getName(), GATEWAY.manage("GET", path, "").toString());
      }
    }
    answers.put("Problem", GATEWAY.tryManage("GET", "/keys/key_x", "").body());
    answers.put("Problem of a field", GATEWAY.tryManage("GET", "/keys?limit=0", "").body());
    List<String> wrong = new ArrayList<>();
    answers.forEach(
        (name, body) ->
            document.against(name.replaceFirst(" .*", ""), body).stream()
                .map(each -> name + ": " + each)
                .forEach(wrong::add));
    assertThat(wrong).isEmpty();
    assertThat(answers).hasSizeGreaterThan(15);
  }

  @Test
  void anAnswerThatIsNotWhatItSaysIsNoticed() {
    assertThat(document.against("Project", "{\"id\":7}")).isNotEmpty();
    Operation verify = Operation.named("VerifyLedger").orElseThrow();
    assertThat(document.against(verify, 202, "{\"operation\":{}}")).isNotEmpty();
    assertThat(document.against(verify, 201, "{}")).isNotEmpty();
  }

  /// A job that is not waited for answers its operation, and nothing beside it.
  @Test
  void aJobThatGoesOnIsAnsweredByItsOperationAlone() {
    HttpResponse<String> answer = GATEWAY.tryManage("POST", "/ledger/verify?wait=PT0S", "{}");
    assertThat(answer.statusCode()).isEqualTo(202);
    JsonNode body = TestingGateway.json(answer.body());
    assertThat(body.size()).isOne();
    assertThat(body.at("/operation/id").asText()).startsWith("op_");
    assertThat(body.at("/operation/state").asText()).isEqualTo("running");
    Operation verify = Operation.named("VerifyLedger").orElseThrow();
    assertThat(document.against(verify, 202, answer.body())).isEmpty();
    JsonNode whole = GATEWAY.manage("POST", "/ledger/verify", "{}");
    assertThat(whole.at("/operation/state").asText()).isEqualTo("done");
    assertThat(whole.path("ok").asBoolean()).isTrue();
  }

  /// A change that needs a second person.
  @Test
  void everyChangeMayBecomeAChangeRequest() {
    String request =
        "{\"code\":\"change_requested\",\"change_request\":{\"id\":\"chg_1\",\"url\":\"/x\"}}";
    for (Operation each : Operation.ALL) {
      if (each.isChange()) {
        assertThat(document.against(each, 202, request)).as(each.name()).isEmpty();
        assertThat(document.against(each, 202, "{\"code\":\"other\"}"))
            .as(each.name())
            .isNotEmpty();
      }
    }
  }

  @Test
  void thePageLoadsNothingFromElsewhere() {
    HttpResponse<String> page = GATEWAY.get("/docs/api", "");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
        .isEqualTo(POLICY);
    assertThat(page.body()).doesNotContain("http:", "https:", "<style", "onload");
    for (String file :
        List.of("/start.js", "/swagger-ui.css", "/swagger-ui-bundle.js", "/favicon.png")) {
      assertThat(page.body() + "/docs/api/start.js").contains("/docs/api" + file);
      HttpResponse<String> answer = GATEWAY.get("/docs/api" + file, "");
      assertThat(answer.statusCode()).as(file).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
    }
    assertThat(GATEWAY.get("/docs/api/../../etc/passwd", "").statusCode()).isNotEqualTo(200);
    assertThat(GATEWAY.get("/docs/api/index.html", "").statusCode()).isEqualTo(404);
  }
}
