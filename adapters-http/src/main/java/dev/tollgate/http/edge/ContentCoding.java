package dev.tollgate.http.edge;

import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.reasons.Reason;
import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/// Compressed request bodies: `gzip`, and `zstd`, which coding agents send. The limit of a body
/// holds for what it is decoded to.
final class ContentCoding {
  /// A decoded body, or why there is none.
  sealed interface Decoded {
    record Body(byte[] bytes) implements Decoded {}

    record Refused(Refusal refusal) implements Decoded {}
  }

  private static final int STEP = 65_536;

  private ContentCoding() {}

  /// @param coding the value of `Content-Encoding`
  /// @param share takes what is decoded
  static Decoded decode(byte[] body, String coding, int limit, BodyMemory.Share share) {
    String name = coding.strip().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "", "identity" -> new Decoded.Body(body);
      case "gzip", "x-gzip", "zstd" -> read(body, name, limit, share);
      default ->
          new Decoded.Refused(
              Refusal.unsupportedMediaType(
                  "The header Content-Encoding is '"
                      + name
                      + "'. Send the body as it is, or as gzip or zstd."));
    };
  }

  private static Decoded read(byte[] body, String name, int limit, BodyMemory.Share share) {
    InputStream raw = new ByteArrayInputStream(body);
    try (InputStream in =
        name.equals("zstd") ? new ZstdInputStream(raw) : new GZIPInputStream(raw)) {
      ByteArrayOutputStream decoded = new ByteArrayOutputStream();
      byte[] step = new byte[STEP];
      for (int read = in.read(step); read >= 0; read = in.read(step)) {
        if (decoded.size() + read > limit) {
          return new Decoded.Refused(Refusal.tooLarge(limit));
        }
        if (!share.grow(read)) {
          return new Decoded.Refused(Refusal.outOfMemory());
        }
        decoded.write(step, 0, read);
      }
      return new Decoded.Body(decoded.toByteArray());
    } catch (IOException | RuntimeException e) {
      // Decoders of nonsense throw what they like.
      return new Decoded.Refused(
          Refusal.of(
              Reason.INVALID_ENCODING,
              "The body is not the " + name + " that its header Content-Encoding says.",
              null));
    }
  }
}
