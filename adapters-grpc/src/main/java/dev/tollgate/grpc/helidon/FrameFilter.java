package dev.tollgate.grpc.helidon;

import io.helidon.webserver.CloseConnectionException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The frames of one connection on their way to Helidon (RFC 9113): only whole ones pass, of kinds
/// and in numbers that an honest client of gRPC sends. Used by the thread that reads; [#sent] by
/// those that write.
final class FrameFilter {
  private static final int DATA = 0;
  static final int HEADERS = 1;
  private static final int RST = 3;
  private static final int SETTINGS = 4;
  private static final int PUSH = 5;
  private static final int CONTINUATION = 9;
  private static final int HEAD = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static final int LARGEST_FRAME = 16_384;
  private static final int MOST_RESETS = 200;
  private static final int MOST_OTHERS = 500;
  private static final long WINDOW = Duration.ofSeconds(10).toNanos();

  /// Who has ended a stream.
  private static final int CALLER = 1;

  private static final int GATEWAY = 2;

  private final BooleanSupplier full;
  private final Runnable beforeReset;
  private final PlainHeaders headers = new PlainHeaders();
  private final ByteBuf in = Unpooled.buffer(512);
  private final Map<Integer, Long> unfinished = new LinkedHashMap<>();
  private final Map<Integer, Integer> open = new ConcurrentHashMap<>();
  private final AtomicInteger others = new AtomicInteger();
  private boolean begun;
  private boolean settled;
  private int resets;
  private int dropped;
  private long window;
  private volatile boolean partial = true;
  private volatile long frameSince;
  private volatile long oldest = Long.MAX_VALUE;

  /// @param full whether no further call can be answered
  /// @param beforeReset waits until no call is about to end, before a caller ends one
  FrameFilter(BooleanSupplier full, Runnable beforeReset, long now) {
    this.full = full;
    this.beforeReset = beforeReset;
    this.window = now;
    this.frameSince = now;
  }

  /// Since when the rest of a frame is waited for, or `Long.MAX_VALUE`.
  long waitingSince() {
    return partial ? frameSince : Long.MAX_VALUE;
  }

  /// Since when the rest of the oldest request is waited for, or `Long.MAX_VALUE`.
  long oldestSince() {
    return oldest;
  }

  /// @return what may go on, empty while no frame is whole
  /// @throws CloseConnectionException when something came that no honest client sends
  byte[] take(byte[] bytes, long now) {
    in.writeBytes(bytes);
    ByteBuf out = Unpooled.buffer(256);
    preface(out);
    while (begun && in.readableBytes() >= HEAD && pass(out, now)) {
      settled = true;
    }
    boolean rest = in.isReadable() || !settled;
    if (settled && rest && (!partial || out.isReadable())) {
      frameSince = now;
    }
    partial = rest;
    in.discardReadBytes();
    return ByteBufUtil.getBytes(out);
  }

  private void preface(ByteBuf out) {
    if (begun) {
      return;
    }
    int seen = Math.min(in.readableBytes(), PREFACE.length);
    refuse(
        !Arrays.equals(
            ByteBufUtil.getBytes(in, in.readerIndex(), seen), Arrays.copyOf(PREFACE, seen)));
    if (seen == PREFACE.length) {
      out.writeBytes(in, PREFACE.length);
      begun = true;
    }
  }

  /// @return false while the next frame is not whole
  private boolean pass(ByteBuf out, long now) {
    int at = in.readerIndex();
    int length = in.getUnsignedMedium(at);
    int type = in.getUnsignedByte(at + 3);
    int flags = in.getByte(at + 4);
    int stream = in.getInt(at + 5) & Integer.MAX_VALUE;
    refuse(length > LARGEST_FRAME || type == PUSH || type == CONTINUATION);
    refuse(!settled && type != SETTINGS);
    if (in.readableBytes() < HEAD + length) {
      return false;
    }
    boolean ends = (flags & END_STREAM) != 0;
    boolean late = type == DATA && isAnswered(open.get(stream));
    // Clients in Java answer each late frame of a call that they have reset with another reset.
    boolean again = type == RST && !open.containsKey(stream);
    count(type, late || again || length == 0 && !ends, now);
    if (type == HEADERS) {
      headers(in.readSlice(HEAD + length).skipBytes(HEAD), flags, stream, out);
      open.putIfAbsent(stream, 0);
    } else if (late || type == RST && isOver(stream)) {
      // Helidon knows the stream no more and would end the connection. A call that is refused by
      // its headers has its message behind it, and so has one that a client in Java cancels.
      in.skipBytes(HEAD + length);
      dropped += late ? length : 0;
    } else {
      out.writeBytes(in, HEAD + length);
    }
    progress(type, stream, ends, now);
    return true;
  }

  /// Bytes of messages that did not go on since this was last asked, for which the caller's window
  /// has to grow.
  int dropped() {
    int bytes = dropped;
    dropped = 0;
    return bytes;
  }

  private boolean isOver(int stream) {
    beforeReset.run();
    return isAnswered(open.remove(stream));
  }

  /// @param sides that have ended a stream, or null when nobody waits for it any more
  private static boolean isAnswered(@Nullable Integer sides) {
    return sides == null || (sides & GATEWAY) != 0;
  }

  /// @param idle whether the frame says nothing that was not known
  private void count(int type, boolean idle, long now) {
    if (now - window > WINDOW) {
      window = now;
      others.set(0);
      resets = 0;
    }
    if (type == RST && !idle) {
      refuse(++resets > MOST_RESETS);
    } else if (type > HEADERS || idle) {
      refuse(others.incrementAndGet() > MOST_OTHERS);
    }
  }

  private void headers(ByteBuf block, int flags, int stream, ByteBuf out) {
    refuse((flags & END_HEADERS) == 0 || full.getAsBoolean());
    ByteBuf plain = headers.rewritten(block, flags, stream);
    out.writeMedium(plain.readableBytes())
        .writeByte(HEADERS)
        .writeByte(flags & (END_STREAM | END_HEADERS))
        .writeInt(stream)
        .writeBytes(plain);
  }

  private void progress(int type, int stream, boolean ends, long now) {
    boolean ofRequest = type <= HEADERS;
    if (ofRequest && ends) {
      ended(stream, CALLER);
    }
    if (type == HEADERS && !ends) {
      unfinished.putIfAbsent(stream, now);
    } else if (type == RST || ofRequest && ends) {
      unfinished.remove(stream);
    }
    oldest = unfinished.isEmpty() ? Long.MAX_VALUE : unfinished.values().iterator().next();
  }

  /// Helidon sends a frame: who gets data may ping and open windows.
  void sent(int type, int flags, int stream) {
    if (type <= HEADERS) {
      others.set(0);
      if ((flags & END_STREAM) != 0) {
        ended(stream, GATEWAY);
      }
    }
  }

  private void ended(int stream, int side) {
    open.computeIfPresent(
        stream,
        (_, sides) -> (sides | side) == (CALLER | GATEWAY) ? null : Integer.valueOf(sides | side));
  }

  private static void refuse(boolean bad) {
    if (bad) {
      throw new CloseConnectionException("a frame that no caller needs to send");
    }
  }
}
