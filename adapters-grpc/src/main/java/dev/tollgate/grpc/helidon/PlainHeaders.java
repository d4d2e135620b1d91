package dev.tollgate.grpc.helidon;

import io.helidon.webserver.CloseConnectionException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// Headers, decoded by Netty and written anew as literals that touch no table (RFC 7541, 6.2.2).
/// Helidon's decoder can be made to run for ever by what stands in a table, and does not know the
/// literal names that C-core sends.
final class PlainHeaders {
  /// Of names and values, and 32 for each field.
  private static final int MOST_DECODED = 8_192;

  private static final int PADDED = 8;
  private static final int WITH_PRIORITY = 32;
  private static final int PREFIX = 127;

  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f]");

  private final Http2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(true, MOST_DECODED);

  /// @param block the payload of a HEADERS frame
  /// @param flags of the frame
  ByteBuf rewritten(ByteBuf block, int flags, int stream) {
    int padding = (flags & PADDED) != 0 ? block.readUnsignedByte() : 0;
    int priority = (flags & WITH_PRIORITY) != 0 ? 5 : 0;
    if (padding + priority > block.readableBytes()) {
      throw new CloseConnectionException("a frame is shorter than it says");
    }
    block.skipBytes(priority).writerIndex(block.writerIndex() - padding);
    ByteBuf plain = Unpooled.buffer(512);
    try {
      for (var field : decoder.decodeHeaders(stream, block)) {
        String name = field.getKey().toString();
        int index = index(name);
        plain.writeByte(index);
        if (index == 0) {
          text(plain, name);
        }
        text(plain, sendable(field.getValue().toString()));
      }
    } catch (Http2Exception e) {
      throw new CloseConnectionException("bad headers", e);
    }
    return plain;
  }

  /// Helidon ends the connection, with all its calls, for a value that begins or ends with a blank
  /// or holds a control character (RFC 9113, 8.2.1). That is the fault of one call.
  private static String sendable(String value) {
    return CONTROL.matcher(value).replaceAll("?").strip();
  }

  /// In the static table, where Helidon needs pseudo headers to be.
  private static int index(String name) {
    return switch (name) {
      case ":authority" -> 1;
      case ":method" -> 2;
      case ":path" -> 4;
      case ":scheme" -> 6;
      default -> 0;
    };
  }

  /// A text without Huffman's code, its length before it (RFC 7541, 5.1 and 5.2).
  private static void text(ByteBuf out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    out.writeByte(Math.min(bytes.length, PREFIX));
    if (bytes.length >= PREFIX) {
      int rest = bytes.length - PREFIX;
      for (; rest > PREFIX; rest >>= 7) {
        out.writeByte(rest & 127 | 128);
      }
      out.writeByte(rest);
    }
    out.writeBytes(bytes);
  }
}
