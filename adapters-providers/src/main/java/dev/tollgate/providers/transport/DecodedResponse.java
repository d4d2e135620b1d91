package dev.tollgate.providers.transport;

import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.inference.Failure.Kind;
import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.brotli.dec.BrotliInputStream;
import org.jspecify.annotations.Nullable;

/// An answer whose body came compressed although nobody asked for it. What has arrived is decoded
/// as far as it goes, so that a stream stays one.
public final class DecodedResponse extends ForwardingResponse {
  private static final int PIECE = 16 << 10;

  private final String encoding;
  private final Encoded encoded = new Encoded();
  private @Nullable InputStream decoded;

  private DecodedResponse(UpstreamResponse response, String encoding) {
    super(response);
    this.encoding = encoding;
  }

  /// The response with its body decoded; the same one when it is not encoded.
  ///
  /// @throws UpstreamFailure when its encoding is not known
  public static UpstreamResponse of(UpstreamResponse response) {
    String header = response.header("content-encoding");
    String encoding = header == null ? "" : header.strip().toLowerCase(Locale.ROOT);
    return switch (encoding) {
      case "", "identity" -> response;
      case "gzip", "x-gzip", "deflate", "br", "zstd" -> new DecodedResponse(response, encoding);
      default ->
          throw new UpstreamFailure(
              Kind.BROKEN,
              "The provider answered with status "
                  + response.status()
                  + " in the content encoding '"
                  + encoding
                  + "', which Tollgate cannot read.");
    };
  }

  @Override
  public byte @Nullable [] read() {
    try {
      InputStream in = decoded;
      if (in == null) {
        if (encoded.isEmpty()) {
          return null;
        }
        in = open();
        decoded = in;
      }
      byte[] piece = new byte[PIECE];
      int length = in.read(piece);
      if (length >= 0) {
        return Arrays.copyOf(piece, length);
      }
      // Behind the compressed data nothing else may come; reading on lets the connection be kept.
      while (response.read() != null) {
        // It is none of the answer.
      }
      return null;
    } catch (UpstreamFailure e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Decoders of nonsense throw what they like.
      throw new UpstreamFailure(
          Kind.BROKEN, "The provider's answer is not the " + encoding + " that it says it is.");
    }
  }

  private InputStream open() throws IOException {
    return switch (encoding) {
      case "gzip", "x-gzip" -> new GZIPInputStream(encoded, PIECE);
      case "deflate" -> new InflaterInputStream(encoded);
      case "br" -> new BrotliInputStream(encoded, PIECE);
      default -> new ZstdInputStream(encoded);
    };
  }

  /// The body as it came.
  private final class Encoded extends InputStream {
    private byte @Nullable [] piece = new byte[0];
    private int next;

    boolean isEmpty() {
      return !fill();
    }

    private boolean fill() {
      while (piece != null && next == piece.length) {
        piece = response.read();
        next = 0;
      }
      return piece != null;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (length == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      byte[] from = piece;
      if (from == null) {
        return -1;
      }
      int size = Math.min(length, from.length - next);
      System.arraycopy(from, next, target, offset, size);
      next += size;
      return size;
    }

    /// More than nothing only while a piece is at hand, so that no decoder waits for the next one
    /// when it has something to give.
    @Override
    public int available() {
      byte[] from = piece;
      return from == null ? 0 : from.length - next;
    }
  }
}
