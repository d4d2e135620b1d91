package dev.tollgate.http.edge;

import dev.tollgate.http.connection.GuardedConnection;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.OptionalLong;

/// Reads request bodies up to a limit of their own. The server's limit is never used: with it, a
/// chunked body that is too long would be read on as further requests (docs/decisions/0004).
public final class Bodies {
  private static final byte[] NONE = {};
  private static final int AT_ONCE = 1 << 20;

  private Bodies() {}

  /// What became of a body. One that was not read to its end ends the connection.
  public sealed interface Body {
    record Whole(byte[] bytes) implements Body {}

    record TooLarge() implements Body {}

    /// The bodies of other requests take all memory there is for them.
    record NoRoom() implements Body {}
  }

  /// @param share what the body takes until it is given back
  public static Body read(
      ServerRequest request, ServerResponse response, int limit, BodyMemory.Share share) {
    OptionalLong length = request.headers().contentLength();
    if (length.orElse(0) > limit) {
      return new Body.TooLarge();
    }
    GuardedConnection connection = GuardedConnection.CURRENT.get();
    Body body;
    if (length.isPresent()) {
      body = sized(request, (int) length.getAsLong(), share);
    } else if (isChunked(request)) {
      body = new ChunkedBody(connection, limit, share).read(expectsContinue(request));
    } else {
      return new Body.Whole(NONE);
    }
    if (body instanceof Body.Whole) {
      connection.bodyRead(response);
    }
    return body;
  }

  private static Body sized(ServerRequest request, int length, BodyMemory.Share share) {
    try (InputStream in = request.content().inputStream()) {
      // What was announced and does not come must not take room from others.
      byte[] bytes = NONE;
      int read = 0;
      while (read == bytes.length && read < length) {
        int room = (int) Math.min(length, Math.max(AT_ONCE, 4L * read));
        if (!share.grow(room - read)) {
          return new Body.NoRoom();
        }
        bytes = Arrays.copyOf(bytes, room);
        read += in.readNBytes(bytes, read, room - read);
      }
      return new Body.Whole(read == length ? bytes : Arrays.copyOf(bytes, read));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether the body comes in chunks. Such a connection is closed after the answer, so that
  /// nothing that a lenient reader left behind is ever taken for another request.
  public static boolean isChunked(ServerRequest request) {
    return request.headers().contains(HeaderNames.TRANSFER_ENCODING);
  }

  private static boolean expectsContinue(ServerRequest request) {
    return request.headers().containsToken(HeaderValues.EXPECT_100);
  }
}
