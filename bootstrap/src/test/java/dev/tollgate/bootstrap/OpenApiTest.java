package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
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
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TestingGateway GATEWAY = TestingGateway.shared();
  private static String text = "";
  private static ObjectNode document = JSON.createObjectNode();

  @BeforeAll
  static void read() throws Exception {
    HttpResponse<String> answer = GATEWAY.get("/api/v1/openapi.json", "");
    assertThat(answer.statusCode()).isEqualTo(200);
    text = answer.body();
    document = (ObjectNode) JSON.readTree(text);
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

  /// The schema of an answer, with the others at hand.
  private static Schema schema(String name) {
    ObjectNode schema = JSON.createObjectNode();
    schema.put("$ref", "#/components/schemas/" + name);
    schema.set("components", document.path("components"));
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
  }

  @Test
  void answersAreWhatTheDocumentSays() throws Exception {
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
        (name, body) -> {
          try {
            schema(name.replaceFirst(" .*", ""))
                .validate(JSON.readTree(body))
                .forEach(each -> wrong.add(name + ": " + each + " in " + body));
          } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            wrong.add(name + ": " + e);
          }
        });
    assertThat(wrong).isEmpty();
    assertThat(answers).hasSizeGreaterThan(15);
  }

  @Test
  void anAnswerThatIsNotWhatItSaysIsNoticed() throws Exception {
    assertThat(schema("Project").validate(JSON.readTree("{\"id\":7}"))).isNotEmpty();
  }

  @Test
  void thePageLoadsNothingFromElsewhere() {
    HttpResponse<String> page = GATEWAY.get("/docs/api", "");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
        .contains("default-src 'none'", "script-src 'self'")
        .doesNotContain("unsafe");
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
