package dev.tollgate.http.connection;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import io.helidon.http.Header;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// An answer of unknown length to a caller who does not know chunks: its body ends with the
/// connection.
final class OlderStream extends OutputStream {
  private final DataWriter to;

  OlderStream(ServerResponse response, DataWriter to) {
    this.to = to;
    Status status = response.status();
    response.headers().set(HeaderValues.CONNECTION_CLOSE);
    BufferData head = BufferData.growing(512);
    head.write(
        ("HTTP/1.1 " + status.code() + " " + status.reasonPhrase() + "\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    for (Header header : response.headers()) {
      header.writeHttp1Header(head);
    }
    head.write(new byte[] {'\r', '\n'});
    to.writeNow(head);
  }

  @Override
  public void write(int single) {
    write(new byte[] {(byte) single}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    to.writeNow(BufferData.create(bytes, offset, length));
  }
}
