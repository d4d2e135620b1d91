package dev.tollgate.providers.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.dialects.upstream.Pieces;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MaskedResponseTest {
  private static final String SECRET = "sk-sk-secret-0123456789";
  private static final String STARS = "*".repeat(SECRET.length());

  private static List<String> read(@Nullable String secret, String... pieces) {
    UpstreamResponse masked = MaskedResponse.of(pieces(pieces), secret);
    List<String> read = new ArrayList<>();
    for (byte[] next = masked.read(); next != null; next = masked.read()) {
      assertThat(next).isNotEmpty();
      read.add(new String(next, StandardCharsets.UTF_8));
    }
    return read;
  }

  @Test
  void theSecretIsWrittenOver() {
    assertThat(read(SECRET, "{\"key\":\"" + SECRET + "\"}", SECRET + SECRET, "sk-secret"))
        .containsExactly("{\"key\":\"" + STARS + "\"}", STARS + STARS, "sk-secret");
  }

  @Test
  void itIsFoundWhereverItIsCut() {
    String text = "ab sk-" + SECRET + " sk-s";
    String expected = "ab sk-" + STARS + " sk-s";
    for (int first = 1; first < text.length() - 1; first++) {
      for (int second = first + 1; second < text.length(); second++) {
        assertThat(
                read(
                    SECRET,
                    text.substring(0, first),
                    text.substring(first, second),
                    text.substring(second)))
            .satisfies(parts -> assertThat(String.join("", parts)).isEqualTo(expected));
      }
    }
  }

  @Test
  void itIsFoundAsJsonWritesIt() {
    String secret = "key/with\\odd\"characters";
    assertThat(
            read(
                secret, secret, "key/with\\\\odd\\\"characters", "key\\/with\\\\odd\\\"characters"))
        .containsExactly("*".repeat(23), "*".repeat(25), "*".repeat(26));
  }

  @Test
  void itIsFoundAsEncodersForHtmlWriteIt() {
    String secret = "a<b>c&d=e'f+hij==";
    assertThat(
            read(
                secret,
                "a\\u003cb\\u003ec\\u0026d=e'f+hij==",
                "a\\u003cb\\u003ec\\u0026d\\u003de\\u0027f+hij\\u003d\\u003d",
                "a\\u003Cb\\u003Ec\\u0026d=e\\u0027f\\u002Bhij=="))
        .containsExactly("*".repeat(32), "*".repeat(52), "*".repeat(42));
  }

  @Test
  void theEndOfAnEventIsNotHeldBack() {
    assertThat(read(SECRET, "data: {}\n\n", "data: {\"s\":1}\n\n"))
        .containsExactly("data: {}\n\n", "data: {\"s\":1}\n\n");
  }

  @Test
  void aWordIsNoSecret() {
    UpstreamResponse response = pieces("none");
    assertThat(MaskedResponse.of(response, "none")).isSameAs(response);
    assertThat(MaskedResponse.of(response, null)).isSameAs(response);
  }

  private static UpstreamResponse pieces(String... pieces) {
    return new Pieces(
        Stream.of(pieces).map(each -> each.getBytes(StandardCharsets.UTF_8)).toList());
  }
}
