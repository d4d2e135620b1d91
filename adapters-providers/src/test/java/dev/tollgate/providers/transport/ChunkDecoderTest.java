package dev.tollgate.providers.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.dialects.upstream.UpstreamFailure;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChunkDecoderTest {
  private static final String BODY =
      "5\r\nhello\r\n00A;name=value\r\n, world..\r\r\n1 \r\n!\r\n0\r\nTrailer: x\r\n\r\n";
  private static final String DATA = "hello, world..\r!";

  @Test
  void takesTheFramingOffHoweverTheBytesAreTorn() {
    for (int first = 0; first <= BODY.length(); first++) {
      for (int second = first; second <= BODY.length(); second++) {
        ChunkDecoder decoder = new ChunkDecoder();
        String data =
            decoded(decoder, BODY.substring(0, first))
                + decoded(decoder, BODY.substring(first, second))
                + decoded(decoder, BODY.substring(second));
        decoder.check();
        assertThat(data).isEqualTo(DATA);
        assertThat(decoder.atEnd()).isTrue();
        assertThat(decoder.hasExcess()).isFalse();
      }
    }
  }

  @Test
  void isNotAtItsEndBeforeTheLastByte() {
    ChunkDecoder decoder = new ChunkDecoder();

    decoded(decoder, BODY.substring(0, BODY.length() - 1));

    assertThat(decoder.atEnd()).isFalse();
  }

  @Test
  void noticesBytesBehindTheEnd() {
    ChunkDecoder decoder = new ChunkDecoder();

    assertThat(decoded(decoder, BODY + "H")).isEqualTo(DATA);

    decoder.check();
    assertThat(decoder.hasExcess()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "'1\\r\\na\\r\\nX', a, small hexadecimal number",
    "'1\\r\\na\\r\\n\\r\\n', a, small hexadecimal number",
    "'1\\r\\na\\r\\n 1\\r\\n', a, small hexadecimal number",
    "'1\\r\\na\\r\\n1 1\\r\\n', a, small hexadecimal number",
    "'1\\r\\na\\r\\n-1\\r\\n', a, small hexadecimal number",
    "'1\\r\\na\\r\\n10000000\\r\\n', a, small hexadecimal number",
    "'1\\r\\nab', a, chunk that does not end",
    "'1\\r\\na\\rb', a, chunk that does not end",
    "'1\\n', '', CR LF",
    "'1\\rX', '', CR LF",
    "'1;x\\n', '', CR LF",
    "'0\\r\\n\\n', '', CR LF",
    "'0\\r\\nx\\ry', '', CR LF"
  })
  void isStrictAndKeepsWhatCameBefore(String escaped, String data, String why) {
    String body = escaped.replace("\\r", "\r").replace("\\n", "\n");
    ChunkDecoder decoder = new ChunkDecoder();

    assertThat(decoded(decoder, body)).isEqualTo(data);

    assertThat(decoder.atEnd()).isFalse();
    assertThatThrownBy(decoder::check)
        .isInstanceOf(UpstreamFailure.class)
        .hasMessageContaining(why);
  }

  @Test
  void boundsItsLines() {
    assertBroken("1;" + "x".repeat(300), "size line that is too long");
    assertBroken("0\r\n" + "x".repeat(5_000), "trailer that is too long");
    assertBroken("0\r\n" + "x: y\r\n".repeat(65), "too many trailers");
  }

  private static void assertBroken(String body, String why) {
    ChunkDecoder decoder = new ChunkDecoder();
    decoded(decoder, body);
    assertThatThrownBy(decoder::check).hasMessageContaining(why);
  }

  private static String decoded(ChunkDecoder decoder, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    int length = decoder.decode(bytes);
    return new String(Arrays.copyOf(bytes, length), StandardCharsets.US_ASCII);
  }
}
