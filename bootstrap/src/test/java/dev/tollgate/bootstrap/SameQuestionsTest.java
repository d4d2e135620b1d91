package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.proto.Operation;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The same questions over REST, both servers of gRPC and the command line have the same answers.
class SameQuestionsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TestingGateway GATEWAY = TestingGateway.shared();
  private static final TestingCommands COMMANDS = new TestingCommands(GATEWAY);
  private static final TestingGrpc GRPC =
      new TestingGrpc(GATEWAY.dev().grpcPort(), GATEWAY.adminToken());
  private static final TestingGrpc HELIDON =
      new TestingGrpc(GATEWAY.dev().helidonGrpcPort(), GATEWAY.adminToken());
  private static String project = "";
  private static String key = "";
  private static String revoked = "";

  @BeforeAll
  static void furnish() {
    project = GATEWAY.newProject();
    key =
        GATEWAY
            .newKey(
                project,
                "\"tags\":[\"a\",\"b\"],\"metadata\":{\"team\":\"x\"},"
                    + "\"budget\":{\"limit\":\"25.00\",\"window\":\"month\"}")
            .path("id")
            .asText();
    revoked = GATEWAY.newKey(project, "").path("id").asText();
    GATEWAY.manage("POST", "/keys/" + revoked + "/revoke", "{}");
  }

  @AfterAll
  static void close() {
    GRPC.close();
    HELIDON.close();
  }

  /// @param reason of the catalogue, or null when it was answered
  /// @param field at fault, or null; the command line says it in words alone
  private record Said(
      @Nullable String reason, @Nullable String field, String detail, JsonNode body) {
    Said inWords() {
      return new Said(reason, null, detail, body);
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "GetProject|{\"id\":\"PROJECT\"}",
        "ListProjects|{\"limit\":2}",
        "GetKey|{\"id\":\"KEY\"}",
        "ListKeys|{\"project\":\"PROJECT\",\"status\":\"active\"}",
        "ListKeys|{\"project\":\"PROJECT\",\"tag\":\"a\",\"limit\":1}",
        "ListBudgets|{\"scope\":\"key\",\"scope_id\":\"KEY\"}",
        "ListBusinessUnits|{}",
        "ListProviders|{\"limit\":3}",
        "ListModels|{\"limit\":3}",
        "ListPrices|{\"model\":\"sim-small\"}",
        "ListModelFacts|{\"model\":\"gpt-4o\"}",
        "GetUsage|{\"group_by\":[\"key\"],\"key\":\"KEY\"}",
        "ListCalls|{\"key\":\"KEY\"}",
        "ExportCalls|{\"key\":\"KEY\"}",
        "GetLedgerSettings|{}",
        "ListWebhooks|{}",
        "UpdateKey|{\"id\":\"FRESH\",\"name\":\"renamed\",\"retention_days\":null}",
        "UpdateKey|{\"id\":\"FRESH\",\"tags\":[\"c\"],\"expires_at\":null}",
        "RevokeKey|{\"id\":\"FRESH\"}",
        "RotateKey|{\"id\":\"FRESH\",\"overlap\":\"PT1H\"}",
        "CreateKey|{\"name\":\"made\",\"project\":\"PROJECT\",\"budget\":{\"limit\":\"1\"}}",
        "SetBudget|{\"scope\":\"key\",\"scope_id\":\"FRESH\",\"window\":\"month\",\"limit\":\"3\"}",
        "UpdateProject|{\"id\":\"PROJECT\",\"capture\":\"none\",\"retention_days\":7}",
        "GetKey|{\"id\":\"key_00000000000000000000000000\"}",
        "GetKey|{\"id\":\"nonsense\"}",
        "EnableKey|{\"id\":\"REVOKED\"}",
        "CreateKey|{\"name\":\"\",\"project\":\"PROJECT\"}",
        "CreateKey|{\"name\":\"x\",\"project\":\"PROJECT\",\"retention_days\":8}",
        "CreateKey|{\"name\":\"x\",\"project\":\"PROJECT\",\"ip_allow\":[\"10.0.0.0/99\"]}",
        "CreateKey|{\"name\":\"x\",\"project\":\"PROJECT\",\"budget\":{\"limit\":\"-1\"}}",
        "SetBudget|{\"scope\":\"key\",\"scope_id\":\"KEY\",\"window\":\"month\",\"limit\":\"x\"}",
        "ListKeys|{\"limit\":101}",
        "ListKeys|{\"cursor\":\"nonsense\"}",
        "GetOperation|{\"id\":\"op_00000000000000000000000000\"}",
        "DeletePrice|{\"id\":\"nonsense\"}"
      })
  void everySurfaceAnswersAlike(String name, String template) throws Exception {
    Operation operation = TestingGrpc.operation(name);
    Said rest = rest(operation, question(template));
    assertThat(grpc(GRPC, operation, question(template))).isEqualTo(rest);
    assertThat(grpc(HELIDON, operation, question(template))).isEqualTo(rest);
    assertThat(command(operation, question(template))).isEqualTo(rest.inWords());
  }

  /// What is changed is made anew for each surface.
  private static String question(String template) {
    String question =
        template
            .replace("PROJECT", project)
            .replace("REVOKED", revoked)
            .replace("\"KEY", "\"" + key);
    return question.contains("FRESH")
        ? question.replace("FRESH", GATEWAY.newKey(project, "").path("id").asText())
        : question;
  }

  private static Said rest(Operation operation, String question) throws Exception {
    ObjectNode members = (ObjectNode) JSON.readTree(question);
    String path = operation.path();
    for (var field : operation.pathFields()) {
      path = path.replace("{" + field.getName() + "}", members.remove(field.getName()).asText());
    }
    List<String> query = new ArrayList<>();
    if (!operation.hasBody()) {
      members
          .properties()
          .forEach(
              each -> {
                List<JsonNode> values = new ArrayList<>();
                if (each.getValue().isArray()) {
                  each.getValue().forEach(values::add);
                } else {
                  values.add(each.getValue());
                }
                values.forEach(
                    value ->
                        query.add(
                            each.getKey()
                                + "="
                                + URLEncoder.encode(value.asText(), StandardCharsets.UTF_8)));
              });
      members.removeAll();
    }
    HttpResponse<String> response =
        GATEWAY.tryManage(
            operation.verb(),
            query.isEmpty() ? path : path + "?" + String.join("&", query),
            operation.hasBody() ? members.toString() : "");
    if (response.statusCode() / 100 == 2) {
      return new Said(null, null, "", body(response.body()));
    }
    JsonNode problem = JSON.readTree(response.body());
    return new Said(
        problem.path("code").asText(),
        problem.at("/errors/0/field").asText(null),
        problem.path("detail").asText(),
        JSON.nullNode());
  }

  private static Said grpc(TestingGrpc server, Operation operation, String question)
      throws Exception {
    TestingGrpc.Answer answer = server.ask(operation.name(), question);
    return answer.reason() == null
        ? new Said(null, null, answer.detail(), body(String.join("\n", answer.messages())))
        : new Said(answer.reason(), answer.field(), answer.detail(), JSON.nullNode());
  }

  private static Said command(Operation operation, String question) throws Exception {
    TestingCommands.Ended ended = COMMANDS.run("api", operation.name(), question);
    if (ended.status() == 0) {
      return new Said(null, null, "", body(ended.out()));
    }
    String[] parts = ended.err().strip().split(" \\(\\d{3} ", 2);
    return new Said(
        parts[1].replaceFirst(",.*", ""),
        null,
        parts[0].replaceFirst("^tollgate: ", ""),
        JSON.nullNode());
  }

  private static JsonNode body(String text) throws Exception {
    return text.isBlank() ? JSON.nullNode() : JSON.readTree(steady(text));
  }

  /// Without what is new in each answer: ids, times and secrets.
  private static String steady(String text) {
    return text.replaceAll("\\b(key|bud)_[0-9a-hjkmnp-tv-z]{26}\\b", "$1_ID")
        .replaceAll("\\btgk_\\w+", "SECRET")
        .replaceAll("\"key-\\d+\"", "\"NAME\"")
        .replaceAll("\"(hint|created_at|expires_at|time)\":\"[^\"]*\"", "\"$1\":\"ANY\"");
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aRepeatIsKnownAcrossSurfaces(boolean restFirst) throws Exception {
    String name = TestingGateway.unique("across");
    String under = TestingGateway.unique("idem");
    String question = "{\"name\":\"" + name + "\"}";
    String first;
    String second;
    if (restFirst) {
      first = COMMANDS.run("api", "--idempotency-key", under, "CreateProject", question).out();
      second = grpcCreate(question, under);
    } else {
      first = grpcCreate(question, under);
      second = COMMANDS.run("api", "--idempotency-key", under, "CreateProject", question).out();
    }
    assertThat(body(second)).isEqualTo(body(first));
    assertThat(body(first).path("name").asText()).isEqualTo(name);
  }

  private static String grpcCreate(String question, String under) {
    return GRPC.ask("CreateProject", question, Map.of("idempotency-key", under))
        .messages()
        .getFirst();
  }
}
