package dev.tollgate.dialects.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The `data` of one server-sent event (WHATWG HTML, section 9.2.6). One line of data, as all
/// providers send, is used where it lies; several are joined into a copy.
record EventData(byte[] bytes, int offset, int length, boolean isCopy) {
  private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);

  static EventData of(byte[] bytes, int from, int end) {
    int lines = 0;
    int offset = end;
    int length = 0;
    ByteArrayOutputStream joined = null;
    int line = from;
    while (line < end) {
      int stop = line;
      while (stop < end && bytes[stop] != '\n' && bytes[stop] != '\r') {
        stop++;
      }
      if (isData(bytes, line, stop)) {
        int start = line + DATA.length;
        if (start < stop && bytes[start] == ' ') {
          start++;
        }
        if (lines == 1) {
          joined = new ByteArrayOutputStream();
          joined.write(bytes, offset, length);
        }
        if (joined != null) {
          joined.write('\n');
          joined.write(bytes, start, stop - start);
        }
        offset = start;
        length = stop - start;
        lines++;
      }
      line = stop + 1;
    }
    if (joined != null) {
      byte[] copy = joined.toByteArray();
      return new EventData(copy, 0, copy.length, true);
    }
    return new EventData(bytes, offset, length, false);
  }

  boolean isDone() {
    if (length < DONE.length) {
      return false;
    }
    for (int i = 0; i < DONE.length; i++) {
      if (bytes[offset + i] != DONE[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isData(byte[] bytes, int from, int to) {
    if (to - from < DATA.length) {
      return false;
    }
    for (int i = 0; i < DATA.length; i++) {
      if (bytes[from + i] != DATA[i]) {
        return false;
      }
    }
    return true;
  }
}
