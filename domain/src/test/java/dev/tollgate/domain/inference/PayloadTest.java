package dev.tollgate.domain.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.inference.Payload.Edits;
import dev.tollgate.domain.inference.Payload.Span;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PayloadTest {
  @Test
  void returnsTheVeryBytesWhenNothingChanges() {
    Payload payload = payload("{\"model\":\"m\",\"x\":1}", true, null, null, true);
    assertThat(payload.render(new Edits("m", true, null, null))).isSameAs(payload.body());
  }

  @Test
  void replacesOnlyTheModel() {
    Payload payload =
        payload("{ \"a\" : 1, \"model\":\"m\" , \"z\":[1] }", false, null, null, false);
    assertThat(text(payload.render(new Edits("org/m\"x", true, null, null))))
        .isEqualTo("{ \"a\" : 1, \"model\":\"org/m\\\"x\" , \"z\":[1] }");
  }

  @Test
  void asksForUsageWhereverTheCallerDidNot() {
    String plain = "{\"model\":\"m\"}";
    assertThat(
            text(payload(plain, true, null, null, false).render(new Edits("m", true, null, null))))
        .isEqualTo("{\"stream_options\":{\"include_usage\":true},\"model\":\"m\"}");
    assertThat(
            text(payload(plain, false, null, null, false).render(new Edits("m", true, null, null))))
        .isEqualTo(plain);
    assertThat(
            text(payload(plain, true, null, null, false).render(new Edits("m", false, null, null))))
        .isEqualTo(plain);
  }

  @Test
  void keepsOtherStreamOptions() {
    String with = "{\"model\":\"m\",\"stream_options\":{\"x\":1}}";
    assertThat(
            text(
                payload(with, true, "{\"x\":1}", null, false)
                    .render(new Edits("m", true, null, null))))
        .isEqualTo("{\"model\":\"m\",\"stream_options\":{\"include_usage\":true,\"x\":1}}");
    String refused = "{\"model\":\"m\",\"stream_options\":{\"include_usage\":false}}";
    assertThat(
            text(
                payload(refused, true, "{\"include_usage\":false}", "false", false)
                    .render(new Edits("m", true, null, null))))
        .isEqualTo("{\"model\":\"m\",\"stream_options\":{\"include_usage\":true}}");
    for (String empty : new String[] {"{}", "{ }", "null"}) {
      String body = "{\"model\":\"m\",\"stream_options\":" + empty + "}";
      assertThat(
              text(
                  payload(body, true, empty, null, false).render(new Edits("m", true, null, null))))
          .isEqualTo("{\"model\":\"m\",\"stream_options\":{\"include_usage\":true}}");
    }
  }

  @Test
  void makesBothEditsInOneBody() {
    String body = "{\"stream_options\":{},\"model\":\"m\"}";
    assertThat(
            text(payload(body, true, "{}", null, false).render(new Edits("n", true, null, null))))
        .isEqualTo("{\"stream_options\":{\"include_usage\":true},\"model\":\"n\"}");
  }

  @Test
  void writesTheServiceTierWhereTheCallerNamedNone() {
    String plain = "{\"model\":\"m\"}";
    Edits named = new Edits("m", false, null, "default");
    assertThat(text(payload(plain, false, null, null, false).render(named)))
        .isEqualTo("{\"service_tier\":\"default\",\"model\":\"m\"}");
  }

  private static Payload payload(
      String body,
      boolean stream,
      @Nullable String options,
      @Nullable String includeUsage,
      boolean asked) {
    int model = body.indexOf("\"m\"");
    return new Payload(
        body.getBytes(StandardCharsets.UTF_8),
        "m",
        new Span(model, model + 3),
        stream,
        span(body, options),
        span(body, includeUsage),
        asked,
        body.indexOf('{') + 1,
        1,
        Demands.NONE,
        null,
        null,
        null,
        null);
  }

  private static @Nullable Span span(String body, @Nullable String part) {
    if (part == null) {
      return null;
    }
    int at = body.lastIndexOf(part);
    return new Span(at, at + part.length());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
