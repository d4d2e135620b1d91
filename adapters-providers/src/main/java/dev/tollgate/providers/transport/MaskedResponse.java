package dev.tollgate.providers.transport;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An answer in which a secret is written over with stars, as many as it had bytes: a server that
/// repeats its request must not tell callers what it was called with.
public final class MaskedResponse extends ForwardingResponse {
  /// What is shorter is no secret but a word such as `none`, and may stand in any text.
  private static final int SHORTEST = 12;

  /// What one encoder or another writes in another way.
  private static final String ESCAPED = "\"\\/<>&='+`";

  private static final byte STAR = '*';

  private final byte[] secret;

  /// The end of what was read, which the secret may begin with.
  private byte[] held = {};

  private MaskedResponse(UpstreamResponse response, byte[] secret) {
    super(response);
    this.secret = secret;
  }

  /// The response without a secret, plain or as JSON writes it; the same one when there is none.
  public static UpstreamResponse of(UpstreamResponse response, @Nullable String secret) {
    if (secret == null || secret.length() < SHORTEST) {
      return response;
    }
    UpstreamResponse masked = response;
    for (String form : forms(secret)) {
      masked = new MaskedResponse(masked, form.getBytes(StandardCharsets.UTF_8));
    }
    return masked;
  }

  /// How it may be written. Nearly all are written in one way, which costs a call next to nothing.
  private static Set<String> forms(String secret) {
    if (secret.chars().noneMatch(each -> ESCAPED.indexOf(each) >= 0)) {
      return Set.of(secret);
    }
    String quoted = new String(JsonStringEncoder.getInstance().quoteAsString(secret));
    // Go's encoder escapes what HTML reads, Gson `=` and `'` too, that of .NET `"` and `+`.
    String forHtml = escaped(quoted, "<>&", "\\u%04x");
    String forNet = escaped(secret.replace("\\", "\\\\"), "\"&'+<>`", "\\u%04X");
    return new LinkedHashSet<>(
        List.of(
            secret,
            quoted,
            quoted.replace("/", "\\/"),
            forHtml,
            escaped(forHtml, "='", "\\u%04x"),
            forNet));
  }

  private static String escaped(String text, String characters, String format) {
    String escaped = text;
    for (int i = 0; i < characters.length(); i++) {
      char each = characters.charAt(i);
      escaped = escaped.replace(String.valueOf(each), format.formatted((int) each));
    }
    return escaped;
  }

  @Override
  public byte @Nullable [] read() {
    while (true) {
      byte[] piece = response.read();
      if (piece == null) {
        return atEnd();
      }
      byte[] bytes = piece;
      if (held.length > 0) {
        bytes = Arrays.copyOf(held, held.length + piece.length);
        System.arraycopy(piece, 0, bytes, held.length, piece.length);
      }
      mask(bytes);
      int kept = bytes.length - begun(bytes);
      held = Arrays.copyOfRange(bytes, kept, bytes.length);
      if (kept > 0) {
        return kept == bytes.length ? bytes : Arrays.copyOf(bytes, kept);
      }
    }
  }

  private byte @Nullable [] atEnd() {
    byte[] rest = held;
    held = new byte[0];
    return rest.length == 0 ? null : rest;
  }

  private void mask(byte[] bytes) {
    for (int i = 0; i <= bytes.length - secret.length; i++) {
      if (bytes[i] == secret[0]
          && Arrays.equals(bytes, i, i + secret.length, secret, 0, secret.length)) {
        Arrays.fill(bytes, i, i + secret.length, STAR);
      }
    }
  }

  /// How many bytes at the end are the beginning of the secret.
  private int begun(byte[] bytes) {
    for (int n = Math.min(secret.length - 1, bytes.length); n > 0; n--) {
      if (Arrays.equals(bytes, bytes.length - n, bytes.length, secret, 0, n)) {
        return n;
      }
    }
    return 0;
  }
}
