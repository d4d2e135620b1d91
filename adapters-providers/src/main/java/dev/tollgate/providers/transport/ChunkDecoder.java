package dev.tollgate.providers.transport;

import dev.tollgate.dialects.upstream.UpstreamFailure;
import org.jspecify.annotations.Nullable;

/// Takes the chunked framing (RFC 9112, section 7.1) off the bytes of one body, however they are
/// torn. Strict: bounded lines and sizes, no lone line feeds, a chunk ends where it says. Used by
/// one thread.
final class ChunkDecoder {
  private static final int MOST_DIGITS = 7;
  private static final int LONGEST_SIZE_LINE = 256;
  private static final int LONGEST_TRAILER = 4_096;
  private static final int MOST_TRAILERS = 64;

  private enum State {
    SIZE,
    BEHIND_SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER,
    TRAILER_LF,
    END
  }

  private State state = State.SIZE;

  /// What is left of the current chunk.
  private int left;

  private int digits;
  private int lineLength;
  private int trailers;
  private boolean excess;
  private @Nullable UpstreamFailure broken;

  /// Moves the data among these bytes to their front. Where the framing breaks they end; [#check]
  /// then tells why.
  ///
  /// @return how many bytes of data there are
  int decode(byte[] bytes) {
    int data = 0;
    int i = 0;
    try {
      while (i < bytes.length && state != State.END) {
        if (state == State.DATA) {
          int size = Math.min(left, bytes.length - i);
          System.arraycopy(bytes, i, bytes, data, size);
          data += size;
          i += size;
          left -= size;
          if (left == 0) {
            state = State.DATA_CR;
          }
        } else {
          state = next(bytes[i]);
          i++;
        }
      }
    } catch (UpstreamFailure e) {
      broken = e;
    }
    excess |= i < bytes.length;
    return data;
  }

  /// @throws UpstreamFailure when the framing is broken
  void check() {
    if (broken != null) {
      throw broken;
    }
  }

  /// Whether the end of the body was among the bytes.
  boolean atEnd() {
    return state == State.END;
  }

  /// Whether bytes followed the end of the body.
  boolean hasExcess() {
    return excess;
  }

  /// Where a byte of the framing leads.
  private State next(byte b) {
    return switch (state) {
      case SIZE -> size(b);
      case BEHIND_SIZE, EXTENSION -> behindSize(b);
      case SIZE_LF -> {
        mustBe('\n', b, "a line that does not end in CR LF");
        lineLength = 0;
        yield left == 0 ? State.TRAILER : State.DATA;
      }
      case DATA_CR -> {
        mustBe('\r', b, "a chunk that does not end in CR LF");
        yield State.DATA_LF;
      }
      case DATA_LF -> {
        mustBe('\n', b, "a chunk that does not end in CR LF");
        digits = 0;
        yield State.SIZE;
      }
      case TRAILER -> trailer(b);
      case TRAILER_LF -> {
        mustBe('\n', b, "a line that does not end in CR LF");
        yield nextTrailer();
      }
      case DATA, END -> throw new IllegalStateException("not a place for framing: " + state);
    };
  }

  private State size(byte b) {
    int digit = b < 0 ? -1 : Character.digit(b, 16);
    if (digit < 0) {
      if (digits == 0) {
        throw notASize();
      }
      return behindSize(b);
    }
    digits++;
    if (digits > MOST_DIGITS) {
      throw notASize();
    }
    left = left << 4 | digit;
    return State.SIZE;
  }

  /// Blanks, then perhaps an extension, which means nothing here.
  private State behindSize(byte b) {
    lineLength++;
    if (lineLength > LONGEST_SIZE_LINE) {
      throw HttpResponse.nonsense("a chunk size line that is too long");
    }
    return switch (b) {
      case '\r' -> State.SIZE_LF;
      case '\n' -> throw HttpResponse.nonsense("a line that does not end in CR LF");
      case ';' -> State.EXTENSION;
      default -> {
        if (state != State.EXTENSION && b != ' ' && b != '\t') {
          throw notASize();
        }
        yield state == State.EXTENSION ? State.EXTENSION : State.BEHIND_SIZE;
      }
    };
  }

  private State trailer(byte b) {
    if (b == '\r') {
      return State.TRAILER_LF;
    }
    lineLength++;
    if (b == '\n') {
      throw HttpResponse.nonsense("a line that does not end in CR LF");
    }
    if (lineLength > LONGEST_TRAILER) {
      throw HttpResponse.nonsense("a trailer that is too long");
    }
    return State.TRAILER;
  }

  private State nextTrailer() {
    if (lineLength == 0) {
      return State.END;
    }
    lineLength = 0;
    trailers++;
    if (trailers > MOST_TRAILERS) {
      throw HttpResponse.nonsense("too many trailers");
    }
    return State.TRAILER;
  }

  private static void mustBe(char expected, byte b, String what) {
    if (b != expected) {
      throw HttpResponse.nonsense(what);
    }
  }

  private static UpstreamFailure notASize() {
    return HttpResponse.nonsense("a chunk size that is not a small hexadecimal number");
  }
}
