package dev.tollgate.dialects.request;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.dialects.Dialects;
import dev.tollgate.domain.inference.Dialect;
import dev.tollgate.domain.inference.Operation;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.Payload.CapEdit;
import dev.tollgate.domain.inference.Payload.Edits;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BodyWriterTest {
  private static final String TALK = "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]";
  private static final Edits USAGE = new Edits("m", true, null, null);

  @Test
  void theVeryBytesGoUpWhenNothingChanges() {
    Payload payload =
        read(
            "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true}," + TALK);
    assertThat(payload.render(USAGE)).isSameAs(payload.body());
  }

  @Test
  void onlyTheModelIsReplaced() {
    assertThat(
            written(
                "{ \"a\" : 1, \"model\":\"m\" , \"z\":[1], " + TALK,
                new Edits("org/m\"x", true, null, null)))
        .isEqualTo("{ \"a\" : 1, \"model\":\"org/m\\\"x\" , \"z\":[1], " + TALK + "}");
  }

  @Test
  void usageIsAskedForWhereTheCallerDidNot() {
    String stream = "{\"model\":\"m\",\"stream\":true," + TALK;
    assertThat(written(stream, USAGE))
        .isEqualTo(
            "{\"stream_options\":{\"include_usage\":true},\"model\":\"m\",\"stream\":true,"
                + TALK
                + "}");
    assertThat(written(stream, new Edits("m", false, null, null))).isEqualTo(stream + "}");
    String whole = "{\"model\":\"m\"," + TALK;
    assertThat(written(whole, USAGE)).isEqualTo(whole + "}");
  }

  @Test
  void otherStreamOptionsStay() {
    assertThat(written(options("{\"x\":1}"), USAGE))
        .isEqualTo(options("{\"include_usage\":true,\"x\":1}") + "}");
    for (String none : new String[] {"{}", "{ }", "null", "{\"include_usage\":false}"}) {
      assertThat(written(options(none), USAGE))
          .isEqualTo(options("{\"include_usage\":true}") + "}");
    }
  }

  @Test
  void severalEditsMeetInOneBody() {
    assertThat(
            written(
                "{\"stream_options\":{},\"stream\":true,\"model\":\"m\"," + TALK,
                new Edits("n", true, new CapEdit("max_tokens", 7, true), "default")))
        .isEqualTo(
            "{\"max_tokens\":7,\"service_tier\":\"default\",\"stream_options\":"
                + "{\"include_usage\":true},\"stream\":true,\"model\":\"n\","
                + TALK
                + "}");
  }

  @Test
  void theServiceTierIsWrittenInTheCallersPlaceOrItsOwn() {
    Edits tier = new Edits("m", false, null, "default");
    assertThat(written("{\"model\":\"m\"," + TALK, tier))
        .isEqualTo("{\"service_tier\":\"default\",\"model\":\"m\"," + TALK + "}");
    assertThat(written("{\"model\":\"m\",\"service_tier\":null," + TALK, tier))
        .isEqualTo("{\"model\":\"m\",\"service_tier\":\"default\"," + TALK + "}");
  }

  /// Servers read one cap or another.
  @Test
  void everyCapInTheBodyGetsTheSameValue() {
    Edits cap = new Edits("m", false, new CapEdit("max_completion_tokens", 50, false), null);
    assertThat(written("{\"max_tokens\":100,\"n_predict\":50,\"model\":\"m\"," + TALK, cap))
        .isEqualTo("{\"max_completion_tokens\":50,\"n_predict\":50,\"model\":\"m\"," + TALK + "}");
    assertThat(
            written(
                "{\"max_tokens\":100,\"max_completion_tokens\":null,\"model\":\"m\"," + TALK, cap))
        .isEqualTo("{\"max_tokens\":50,\"max_completion_tokens\":50,\"model\":\"m\"," + TALK + "}");
  }

  private static String options(String options) {
    return "{\"model\":\"m\",\"stream\":true," + TALK + ",\"stream_options\":" + options;
  }

  /// @param members without the closing brace
  private static Payload read(String members) {
    byte[] body = (members + "}").getBytes(StandardCharsets.UTF_8);
    return Dialects.format(Dialect.CHAT).read(Operation.GENERATE, body);
  }

  private static String written(String members, Edits edits) {
    return new String(read(members).render(edits), StandardCharsets.UTF_8);
  }
}
