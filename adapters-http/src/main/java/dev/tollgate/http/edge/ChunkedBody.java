package dev.tollgate.http.edge;

import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.http.edge.Bodies.Body;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataReader.IncorrectNewLineException;
import io.helidon.http.BadRequestException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Reads a chunked body itself, since Helidon buffers a whole chunk, however large, and takes any
/// two bytes for its end. No extensions, no trailers, no lone line feeds.
final class ChunkedBody {
  private static final int LONGEST_SIZE = 8;
  private static final int STEP = 65_536;
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final GuardedConnection connection;
  private final DataReader in;
  private final int limit;
  private final BodyMemory.Share share;

  ChunkedBody(GuardedConnection connection, int limit, BodyMemory.Share share) {
    this.share = share;
    this.connection = connection;
    this.in = connection.dataReader();
    this.limit = limit;
  }

  /// @throws BadRequestException when the chunks are malformed
  Body read(boolean callerWaits) {
    if (callerWaits) {
      connection.dataWriter().writeNow(BufferData.create(CONTINUE));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      for (int size = size(); size > 0; size = size()) {
        if (size > limit - out.size()) {
          return new Body.TooLarge();
        }
        if (!copy(size, out)) {
          return new Body.NoRoom();
        }
        endOfLine();
      }
      endOfLine();
    } catch (IncorrectNewLineException e) {
      throw malformed();
    }
    return new Body.Whole(out.toByteArray());
  }

  /// @return false when there is no room for it
  private boolean copy(int size, ByteArrayOutputStream out) {
    int left = size;
    while (left > 0) {
      in.ensureAvailable();
      int step = Math.min(Math.min(in.available(), left), STEP);
      if (!share.grow(step)) {
        return false;
      }
      out.writeBytes(in.readBytes(step));
      left -= step;
    }
    return true;
  }

  private int size() {
    int length = in.findNewLine(LONGEST_SIZE + 1);
    if (length == 0 || length > LONGEST_SIZE) {
      throw malformed();
    }
    String digits = in.readAsciiString(length);
    in.skip(2);
    long size = 0;
    for (int i = 0; i < length; i++) {
      int digit = digits.charAt(i) < 128 ? Character.digit(digits.charAt(i), 16) : -1;
      if (digit < 0) {
        throw malformed();
      }
      size = size * 16 + digit;
    }
    return (int) Math.min(size, Integer.MAX_VALUE);
  }

  private void endOfLine() {
    if (in.findNewLine(1) != 0) {
      throw malformed();
    }
    in.skip(2);
  }

  private static BadRequestException malformed() {
    return new BadRequestException("The chunks of the body are malformed.");
  }
}
