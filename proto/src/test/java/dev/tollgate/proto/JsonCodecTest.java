package dev.tollgate.proto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.FieldMask;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.tollgate.proto.v1.Budget;
import dev.tollgate.proto.v1.Call;
import dev.tollgate.proto.v1.CreateKeyRequest;
import dev.tollgate.proto.v1.CreateProjectRequest;
import dev.tollgate.proto.v1.FreeJson;
import dev.tollgate.proto.v1.GetUsageRequest;
import dev.tollgate.proto.v1.Key;
import dev.tollgate.proto.v1.KeyStatus;
import dev.tollgate.proto.v1.ListKeysRequest;
import dev.tollgate.proto.v1.OperationRef;
import dev.tollgate.proto.v1.OperationState;
import dev.tollgate.proto.v1.Project;
import dev.tollgate.proto.v1.RotateKeyRequest;
import dev.tollgate.proto.v1.SetModelFactsRequest;
import dev.tollgate.proto.v1.StringList;
import dev.tollgate.proto.v1.UpdateKeyRequest;
import dev.tollgate.proto.v1.UsageRow;
import dev.tollgate.proto.v1.VerifyLedgerResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How messages stand in JSON, rule by rule.
class JsonCodecTest {
  private static <B extends Message.Builder> B read(String json, B into) {
    JsonReader.body(json.getBytes(StandardCharsets.UTF_8), into, List.of());
    return into;
  }

  private static void refused(String json, Message.Builder into, String field, String detail) {
    assertThatThrownBy(
            () -> {
              read(json, into);
              Checks.check(into.buildPartial());
            })
        .isInstanceOfSatisfying(
            InvalidRequest.class, e -> assertThat(String.valueOf(e.field())).isEqualTo(field))
        .hasMessageContaining(detail);
  }

  @Test
  void namesAreThoseOfTheFile() {
    assertThat(read("{\"business_unit\":\"bu_1\"}", CreateProjectRequest.newBuilder()))
        .extracting(CreateProjectRequest.Builder::getBusinessUnit)
        .isEqualTo("bu_1");
    refused(
        "{\"businessUnit\":\"bu_1\"}",
        CreateProjectRequest.newBuilder(),
        "businessUnit",
        "There is no field 'businessUnit'.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\":7}|name|must be a string",
        "{\"name\":true}|name|must be a string",
        "{\"name\":\"a\\u0000\"}|name|NUL",
        "{\"name\":\"\\ud800\"}|name|half of a surrogate pair",
        "{\"name\":\"a\",\"retention_days\":\"30\"}|retention_days|must be 7, 30, 90 or 400",
        "{\"name\":\"a\",\"retention_days\":30.0}|retention_days|must be 7, 30, 90 or 400",
        "{\"name\":\"a\",\"retention_days\":3e1}|retention_days|must be 7, 30, 90 or 400",
        "{\"name\":\"a\",\"retention_days\":99999999999}|retention_days|must be 7, 30, 90 or 400",
        "{\"name\":\"a\",\"retention_days\":8}|retention_days|must be 7, 30, 90 or 400",
        "{\"name\":\"a\",\"capture\":\"FULL\"}|capture|must be none, metadata, full or required",
        "{\"name\":\"a\",\"capture\":\"CAPTURE_FULL\"}|capture|must be none",
        "{\"name\":\"a\",\"capture\":\"unspecified\"}|capture|must be none",
        "{\"name\":\"a\",\"capture\":3}|capture|must be a string",
        "{\"name\":\"\"}|name|must have 1 to 100 characters",
        "{\"name\":\" \"}|name|must have 1 to 100 characters",
        "{\"name\":null}|name|is required",
        "{}|name|is required",
        "{\"name\":\"a\",\"name\":\"b\"}|name|stands twice",
        "{\"name\":\"a\"} x|null|not valid JSON",
        "{\"name\":\"a\"|null|not valid JSON",
        "[]|null|must be a JSON object",
        "{\"name\":\"a\",\"nmae\":1}|nmae|There is no field 'nmae'",
        "{\"name\":\"a\",\"archived\":true}|archived|There is no field"
      })
  void aRequestIsReadStrictly(String json, String field, String detail) {
    refused(json, CreateProjectRequest.newBuilder(), field, detail);
  }

  @Test
  void integersStandAsNumbersOfEveryDigit() {
    long most = Long.MAX_VALUE;
    assertThat(read("{\"window\":" + most + "}", SetModelFactsRequest.newBuilder()).getWindow())
        .isEqualTo(most);
    assertThat(JsonWriter.text(VerifyLedgerResponse.newBuilder().setEntries(most).build()))
        .contains("\"entries\":" + most);
  }

  @Test
  void wordsAreTheNamesWithoutTheirPrefix() {
    Key key = Key.newBuilder().setStatus(KeyStatus.KEY_STATUS_ACTIVE).build();
    assertThat(JsonWriter.text(key)).contains("\"status\":\"active\"");
  }

  @Test
  void timesAreRfc3339AndDurationsIso8601() {
    Timestamp time =
        read("{\"expires_at\":\"2030-01-01T00:00:00.5+02:00\"}", UpdateKeyRequest.newBuilder())
            .getExpiresAt();
    assertThat(JsonWriter.text(Project.newBuilder().setCreatedAt(time).build()))
        .contains("\"created_at\":\"2029-12-31T22:00:00.500Z\"");
    assertThat(read("{\"overlap\":\"P7D\"}", RotateKeyRequest.newBuilder()).getOverlap())
        .extracting(com.google.protobuf.Duration::getSeconds)
        .isEqualTo(604_800L);
    var day = Timestamp.newBuilder().setSeconds(Scalars.LAST_SECOND + 1);
    assertThatThrownBy(
            () -> Checks.check(UpdateKeyRequest.newBuilder().setId("k").setExpiresAt(day).build()))
        .hasMessageContaining("years 1 to 9999");
    refused("{\"overlap\":\"30m\"}", RotateKeyRequest.newBuilder(), "overlap", "ISO 8601");
    refused("{\"overlap\":1800}", RotateKeyRequest.newBuilder(), "overlap", "a string");
    refused("{\"expires_at\":\"2030-01-01\"}", UpdateKeyRequest.newBuilder(), "expires_at", "RFC");
    refused(
        "{\"expires_at\":\"+19999-01-01T00:00:00Z\"}",
        UpdateKeyRequest.newBuilder(),
        "expires_at",
        "years 1 to 9999");
  }

  @Test
  void anAnswerHasEveryMemberInTheOrderOfTheFile() {
    assertThat(JsonWriter.text(Project.getDefaultInstance()))
        .isEqualTo(
            "{\"id\":\"\",\"name\":\"\",\"business_unit\":\"\",\"capture\":null,"
                + "\"retention_days\":0,\"archived\":false,\"created_at\":null}");
    String key = JsonWriter.text(Key.getDefaultInstance());
    assertThat(key).contains("\"owner\":null", "\"models\":null", "\"metadata\":{}", "\"tags\":[]");
    assertThat(key).doesNotContain("\"key\"", "secret_shown");
    assertThat(JsonWriter.text(UsageRow.newBuilder().setModel("").build()))
        .startsWith("{\"model\":\"\",\"calls\":0");
  }

  @Test
  void nullIsAbsentAndInAnUpdateClears() {
    UpdateKeyRequest update =
        read("{\"models\":null,\"name\":\"x\"}", UpdateKeyRequest.newBuilder()).build();
    assertThat(update.hasModels()).isFalse();
    Patch patch = Patch.of(update);
    assertThat(patch.names("models")).isTrue();
    assertThat(patch.names("name")).isTrue();
    assertThat(patch.names("tags")).isFalse();
    refused("{\"models\":[null]}", UpdateKeyRequest.newBuilder(), "models[0]", "must be a string");
    refused(
        "{\"metadata\":{\"a\":null}}",
        UpdateKeyRequest.newBuilder(),
        "metadata.a",
        "must be a string");
  }

  @Test
  void theMaskIsNoMemberAndCountsByItselfOverGrpc() {
    refused("{\"update_mask\":\"a\"}", UpdateKeyRequest.newBuilder(), "update_mask", "no field");
    UpdateKeyRequest sent =
        UpdateKeyRequest.newBuilder()
            .setId("key")
            .setName("x")
            .setUpdateMask(FieldMask.newBuilder().addPaths("tags"))
            .build();
    assertThat(Patch.of(sent).names("name")).isFalse();
    assertThat(Patch.of(sent).names("tags")).isTrue();
    assertThat(Patch.of(sent.toBuilder().clearUpdateMask().build()).names("name")).isTrue();
  }

  @Test
  void aListThatMayBeNullIsABareArray() {
    Key none = Key.newBuilder().setModels(StringList.getDefaultInstance()).build();
    assertThat(JsonWriter.text(none)).contains("\"models\":[]");
    CreateKeyRequest read =
        read("{\"models\":[],\"endpoints\":[\"messages\"]}", CreateKeyRequest.newBuilder()).build();
    assertThat(read.hasModels()).isTrue();
    assertThat(read.hasIpAllow()).isFalse();
    assertThat(read.getEndpoints().getValuesCount()).isOne();
    refused("{\"models\":\"gpt\"}", CreateKeyRequest.newBuilder(), "models", "an array");
    refused(
        "{\"name\":\"a\",\"project\":\"p\",\"models\":[\"\"]}",
        CreateKeyRequest.newBuilder(),
        "models[0]",
        "1 to 256 characters");
  }

  @Test
  void freeJsonKeepsEveryDigit() {
    String json = "{\"a\":1.0000000000000000000000001,\"b\":[null]}";
    Call call = Call.newBuilder().setDetails(FreeJson.newBuilder().setText(json)).build();
    String text = JsonWriter.text(call);
    assertThat(text).contains("\"details\":" + json);
    Call.Builder again = Call.newBuilder();
    JsonReader.answer(text.getBytes(StandardCharsets.UTF_8), again);
    assertThat(again.getDetails().getText()).isEqualTo(json);
  }

  @Test
  void membersOfThePathAndOfNestedObjectsAreNamedWithTheirPath() {
    var path = List.of(UpdateKeyRequest.getDescriptor().findFieldByName("id"));
    assertThatThrownBy(
            () ->
                JsonReader.body(
                    "{\"id\":\"x\"}".getBytes(StandardCharsets.UTF_8),
                    UpdateKeyRequest.newBuilder(),
                    path))
        .hasMessageContaining("There is no field 'id'");
    refused(
        "{\"name\":\"a\",\"project\":\"p\",\"budget\":{\"limit\":\"1\",\"raise\":{\"to\":\"2\"}}}",
        CreateKeyRequest.newBuilder(),
        "budget.raise.until",
        "is required");
    refused(
        "{\"budget\":{\"limit\":\"1\",\"windo\":\"day\"}}",
        CreateKeyRequest.newBuilder(),
        "budget.windo",
        "There is no field");
    refused(
        "{\"budget\":{\"thresholds\":[50,\"x\"]}}",
        CreateKeyRequest.newBuilder(),
        "budget.thresholds[1]",
        "must be an integer");
  }

  /// An answer is read leniently, but not as deep as one likes.
  @Test
  void sixtyFourLevelsAreDeepEnough() {
    for (int depth : new int[] {60, 70}) {
      byte[] nested =
          ("{\"unknown\":" + "{\"a\":".repeat(depth) + "1" + "}".repeat(depth + 1))
              .getBytes(StandardCharsets.UTF_8);
      if (depth < 64) {
        JsonReader.answer(nested, Key.newBuilder());
      } else {
        assertThatThrownBy(() -> JsonReader.answer(nested, Key.newBuilder()))
            .isInstanceOf(InvalidRequest.class)
            .hasMessageContaining("nested too deeply");
      }
    }
  }

  /// No message of the contract has one yet.
  @Test
  void ofAOneofOnlyOneIsTaken() throws Exception {
    DescriptorProto.Builder message =
        DescriptorProto.newBuilder()
            .setName("Choice")
            .addOneofDecl(OneofDescriptorProto.newBuilder().setName("either"));
    for (String name : List.of("one", "other")) {
      message.addField(
          FieldDescriptorProto.newBuilder()
              .setName(name)
              .setNumber(message.getFieldCount() + 1)
              .setOneofIndex(0)
              .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL)
              .setType(FieldDescriptorProto.Type.TYPE_STRING));
    }
    Descriptor choice =
        FileDescriptor.buildFrom(
                FileDescriptorProto.newBuilder()
                    .setName("choice.proto")
                    .setSyntax("proto3")
                    .addMessageType(message)
                    .build(),
                new FileDescriptor[0])
            .findMessageTypeByName("Choice");
    DynamicMessage.Builder into = DynamicMessage.newBuilder(choice);
    read("{\"one\":\"a\",\"other\":null}", into);
    assertThat(into.getField(choice.findFieldByName("one"))).isEqualTo("a");
    refused(
        "{\"one\":\"a\",\"other\":\"b\"}",
        DynamicMessage.newBuilder(choice),
        "other",
        "other and one exclude each other");
  }

  @Test
  void aQueryHasOneTextForEachField() {
    Operation list = operation("ListKeys");
    ListKeysRequest.Builder into = ListKeysRequest.newBuilder();
    JsonReader.text("disabled", into, JsonReader.parameter(list, "status"));
    JsonReader.text("7", into, JsonReader.parameter(list, "limit"));
    assertThat(into.getStatus()).isEqualTo(KeyStatus.KEY_STATUS_DISABLED);
    assertThat(into.getLimit()).isEqualTo(7);
    assertThatThrownBy(() -> JsonReader.parameter(list, "colour"))
        .hasMessageContaining("There is no parameter 'colour'");
    GetUsageRequest.Builder usage = GetUsageRequest.newBuilder();
    JsonReader.text("model, key", usage, JsonReader.parameter(operation("GetUsage"), "group_by"));
    assertThat(usage.getGroupByList()).containsExactly("model", "key");
  }

  @Test
  void aSecretThatIsWithheldIsNull() {
    Key shown = Key.newBuilder().setKey("tgk_secret").build();
    assertThat(JsonWriter.text(shown)).contains("\"key\":\"tgk_secret\"");
    Key replay = Key.newBuilder().setSecretShown(true).build();
    assertThat(JsonWriter.text(replay)).contains("\"key\":null,\"secret_shown\":true");
  }

  @Test
  void anAnswerIsReadLeniently() {
    Key.Builder key = Key.newBuilder();
    JsonReader.answer(
        "{\"id\":\"key_1\",\"status\":\"frozen\",\"news\":{\"a\":[1]}}"
            .getBytes(StandardCharsets.UTF_8),
        key);
    assertThat(key.getId()).isEqualTo("key_1");
    assertThat(key.getStatus()).isEqualTo(KeyStatus.KEY_STATUS_UNSPECIFIED);
  }

  @Test
  void anOperationMayStandAlone() {
    VerifyLedgerResponse pending =
        VerifyLedgerResponse.newBuilder()
            .setOperation(
                OperationRef.newBuilder()
                    .setId("op_1")
                    .setState(OperationState.OPERATION_STATE_RUNNING))
            .build();
    assertThat(new String(JsonWriter.only(pending, "operation"), StandardCharsets.UTF_8))
        .isEqualTo("{\"operation\":{\"id\":\"op_1\",\"state\":\"running\"}}");
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    Budget budget = Budget.newBuilder().setId("bud_1").addThresholds(50).setLimit("1.00").build();
    Budget.Builder again = Budget.newBuilder();
    JsonReader.answer(JsonWriter.bytes(budget), again);
    assertThat(again.build()).isEqualTo(budget);
  }

  private static Operation operation(String name) {
    return Operation.ALL.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
