package dev.tollgate.providers.transport;

import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.dialects.upstream.UpstreamResponse;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataReader.IncorrectNewLineException;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.Http1HeadersParser;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One answer on a leased connection, as strict as the edge: bounded status line, headers and chunk
/// sizes, never both framings, no lone line feeds.
final class HttpResponse implements UpstreamResponse {
  private static final int LONGEST_LINE = 4_096;
  private static final int LARGEST_HEAD = 65_536;
  private static final int LARGEST_READ = 1 << 20;

  /// Interim answers before the one that counts. Servers send one, if any.
  private static final int MOST_INTERIM = 8;

  private enum Framing {
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE
  }

  private final ConnectionPool.Lease lease;
  private final ProviderConnection connection;
  private final DataReader in;
  private final Timeouts timeouts;
  private final ReadWatch.Reader reader;
  private final ChunkDecoder framed = new ChunkDecoder();
  private final Gathering gathering = new Gathering();
  private volatile boolean aborted;
  private @Nullable Headers headers;
  private Framing framing = Framing.LENGTH;
  private int status;

  /// Bytes left of a body of known length.
  private long left;

  private boolean complete;
  private boolean keepAlive;
  private boolean older;
  private long lastByte;

  /// @param deadline by when the whole answer has to be read
  HttpResponse(ConnectionPool.Lease lease, Timeouts timeouts, long deadline, Silence silence) {
    this.lease = lease;
    this.connection = lease.connection();
    this.in = connection.reader();
    this.timeouts = timeouts;
    this.reader = new ReadWatch.Reader(deadline, silence, this::abort);
  }

  /// Sends the request and waits for status and headers. To be closed even if they do not come.
  ///
  /// @param patience until the last byte of the headers
  /// @throws StaleConnection when a connection that was used before ends while the request is sent
  void exchange(byte[] message, Duration patience) {
    ReadWatch.instance().add(reader);
    reader.waits(System.nanoTime(), patience.toNanos());
    try {
      send(message);
      awaitFirstByte();
      readHead();
    } catch (UncheckedIOException | InsufficientDataAvailableException e) {
      throw reader.isOverdue() ? late(patience) : broken();
    } catch (IllegalArgumentException | IllegalStateException | IncorrectNewLineException e) {
      throw nonsense("a malformed head");
    } catch (UpstreamFailure e) {
      throw reader.isOverdue() ? late(patience) : e;
    } finally {
      reader.goesOn();
    }
  }

  private void send(byte[] message) {
    try {
      connection.write(message);
    } catch (UncheckedIOException e) {
      if (lease.reused() && !aborted) {
        throw new StaleConnection();
      }
      throw new UpstreamFailure(
          Failure.Kind.BROKEN, "The connection to the provider broke while sending.");
    }
  }

  private void awaitFirstByte() {
    try {
      in.ensureAvailable();
      lastByte = System.nanoTime();
    } catch (InsufficientDataAvailableException | UncheckedIOException e) {
      throw lost();
    }
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public @Nullable String header(String name) {
    if (headers == null) {
      return null;
    }
    return headers.first(HeaderNames.create(name)).orElse(null);
  }

  @Override
  public List<HeaderField> headers() {
    List<HeaderField> fields = new ArrayList<>();
    if (headers != null) {
      for (Header header : headers) {
        fields.add(new HeaderField(header.headerName().lowerCase(), header.get()));
      }
    }
    return fields;
  }

  @Override
  public byte @Nullable [] read() {
    if (complete) {
      return null;
    }
    long now = gathering.pause(System.nanoTime());
    if (reader.isAtEnd(now)) {
      throw timeout();
    }
    reader.waits(now, timeouts.idle().toNanos() - (now - lastByte));
    try {
      byte[] some = framing == Framing.CHUNKED ? chunks() : plain();
      lastByte = System.nanoTime();
      gathering.read(lastByte - now, some == null ? 0 : some.length);
      return some;
    } catch (UncheckedIOException e) {
      throw reader.isOverdue() ? timeout() : broken();
    } catch (InsufficientDataAvailableException e) {
      if (framing == Framing.UNTIL_CLOSE && !aborted) {
        complete = true;
        return null;
      }
      throw reader.isOverdue() ? timeout() : broken();
    } finally {
      reader.goesOn();
    }
  }

  @Override
  public void onSilence(Silence listener) {
    reader.onSilence(listener);
  }

  @Override
  public void hurry(Duration most) {
    reader.hurry(System.nanoTime(), most.toNanos());
  }

  @Override
  public void close() {
    ReadWatch.instance().remove(reader);
    if (complete && keepAlive && !aborted && in.available() == 0) {
      lease.giveBack();
    } else {
      aborted = true;
      lease.discard();
    }
  }

  private void abort() {
    aborted = true;
    lease.discard();
  }

  /// The connection ended before a byte of the answer came. The whole request was sent: one that
  /// had been idle may have been closed before it was read, or after.
  private UpstreamFailure lost() {
    return lease.reused() && !aborted
        ? new UpstreamFailure(
            Failure.Kind.DROPPED, "The provider closed the connection instead of answering on it.")
        : broken();
  }

  private void readHead() {
    int heads = 0;
    do {
      if (heads++ > MOST_INTERIM) {
        throw nonsense("interim answers without end");
      }
      readStatusLine();
      headers = Http1HeadersParser.readHeaders(in, LARGEST_HEAD, true);
    } while (status / 100 == 1);
    readFraming(headers);
    lastByte = System.nanoTime();
  }

  private void readStatusLine() {
    int length = in.findNewLine(LONGEST_LINE);
    if (length >= LONGEST_LINE) {
      throw nonsense("a status line that is too long");
    }
    String line = in.readAsciiString(length);
    in.skip(2);
    older = line.startsWith("HTTP/1.0 ");
    boolean wellFormed =
        line.length() >= 12 && (older || line.startsWith("HTTP/1.1 ")) && line.charAt(9) >= '1';
    try {
      status = wellFormed ? Integer.parseInt(line, 9, 12, 10) : 0;
    } catch (NumberFormatException e) {
      status = 0;
    }
    if (status < 100 || status > 599 || status == 101) {
      throw nonsense("a status line that is not HTTP/1.1 or HTTP/1.0");
    }
  }

  private void readFraming(Headers read) {
    boolean chunked = read.contains(HeaderNames.TRANSFER_ENCODING);
    boolean sized = read.contains(HeaderNames.CONTENT_LENGTH);
    keepAlive = !older && !"close".equalsIgnoreCase(read.first(HeaderNames.CONNECTION).orElse(""));
    if (chunked && sized) {
      throw nonsense("both Content-Length and Transfer-Encoding");
    }
    if (chunked) {
      if (!"chunked".equalsIgnoreCase(read.get(HeaderNames.TRANSFER_ENCODING).values())) {
        throw nonsense("a transfer encoding other than chunked");
      }
      framing = Framing.CHUNKED;
    } else if (status == 204 || status == 304) {
      complete = true;
    } else if (sized) {
      left = contentLength(read.get(HeaderNames.CONTENT_LENGTH).values());
      complete = left == 0;
    } else {
      framing = Framing.UNTIL_CLOSE;
      left = Long.MAX_VALUE;
      keepAlive = false;
    }
  }

  private static long contentLength(String text) {
    boolean digits = !text.isEmpty() && text.length() <= 15;
    for (int i = 0; i < text.length(); i++) {
      digits &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
    }
    if (!digits) {
      throw nonsense("a Content-Length that is not a number");
    }
    return Long.parseLong(text);
  }

  private byte[] plain() {
    in.ensureAvailable();
    int size = (int) Math.min(Math.min(in.available(), left), LARGEST_READ);
    byte[] some = in.readBytes(size);
    left -= size;
    complete = left == 0;
    return some;
  }

  /// The data in whatever has arrived, so that what came together goes out together.
  private byte @Nullable [] chunks() {
    while (true) {
      framed.check();
      in.ensureAvailable();
      byte[] some = in.readBytes(Math.min(in.available(), LARGEST_READ));
      int length = framed.decode(some);
      complete = framed.atEnd();
      keepAlive &= !framed.hasExcess();
      if (length > 0) {
        return Arrays.copyOf(some, length);
      }
      if (complete) {
        return null;
      }
    }
  }

  private static UpstreamFailure late(Duration patience) {
    return new UpstreamFailure(
        Failure.Kind.TIMEOUT, "The provider did not answer within " + patience.toSeconds() + " s.");
  }

  private UpstreamFailure timeout() {
    return new UpstreamFailure(
        Failure.Kind.TIMEOUT,
        reader.isAtEnd(System.nanoTime())
            ? "The call took too long."
            : "The provider fell silent in the middle of its answer.");
  }

  private static UpstreamFailure broken() {
    return new UpstreamFailure(
        Failure.Kind.BROKEN,
        "The connection to the provider broke before its answer was complete.");
  }

  static UpstreamFailure nonsense(String what) {
    return new UpstreamFailure(Failure.Kind.BROKEN, "The provider sent " + what + ".");
  }

  /// A pooled connection turned out to be closed while the request was written, so the server
  /// cannot have worked on it.
  static final class StaleConnection extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StaleConnection() {
      super(null, null, false, false);
    }
  }
}
