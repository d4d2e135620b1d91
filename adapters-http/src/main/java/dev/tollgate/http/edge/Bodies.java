package dev.tollgate.http.edge;

import dev.tollgate.http.connection.GuardedConnection;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Reads request bodies up to a limit of their own. The server's limit is never used: with it, a
/// chunked body that is too long would be read on as further requests (docs/decisions/0004).
public final class Bodies {
  private Bodies() {}

  /// The body, or null when it is longer than the limit. Its rest is not read then, so the
  /// connection must be closed.
  public static byte @Nullable [] read(ServerRequest request, int limit) {
    OptionalLong length = request.headers().contentLength();
    if (length.orElse(0) > limit) {
      return null;
    }
    if (length.isEmpty() && !isChunked(request)) {
      return new byte[0];
    }
    if (length.isEmpty()) {
      return new ChunkedBody(GuardedConnection.CURRENT.get(), limit).read(expectsContinue(request));
    }
    try (InputStream in = request.content().inputStream()) {
      return in.readNBytes((int) length.getAsLong());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether the body came in chunks. Such a connection is closed after the answer, so that nothing
  /// that a lenient reader left behind is ever taken for another request.
  public static boolean isChunked(ServerRequest request) {
    return request.headers().contains(HeaderNames.TRANSFER_ENCODING);
  }

  private static boolean expectsContinue(ServerRequest request) {
    return request.headers().containsToken(HeaderValues.EXPECT_100);
  }
}
