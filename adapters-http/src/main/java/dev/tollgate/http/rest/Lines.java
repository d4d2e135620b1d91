package dev.tollgate.http.rest;

import com.google.protobuf.Message;
import dev.tollgate.admin.Dispatch;
import dev.tollgate.http.connection.GuardedConnection;
import dev.tollgate.proto.JsonWriter;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// An answer of JSON lines, which begins with the first of them.
final class Lines {
  private final ServerResponse response;
  private @Nullable OutputStream out;

  Lines(ServerResponse response) {
    this.response = response;
  }

  boolean areOpen() {
    return out != null;
  }

  /// Blocks while the caller does not take it.
  void write(Message message) {
    byte[] json = JsonWriter.bytes(message);
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    try {
      open().write(line);
    } catch (IOException | UncheckedIOException e) {
      throw new Dispatch.SurfaceBroke(e);
    }
  }

  void close() {
    try {
      open().close();
    } catch (IOException | UncheckedIOException e) {
      throw new Dispatch.SurfaceBroke(e);
    }
  }

  private OutputStream open() {
    OutputStream opened = out;
    if (opened == null) {
      response.header(HeaderValues.create(HeaderNames.CONTENT_TYPE, "application/x-ndjson"));
      opened = GuardedConnection.CURRENT.get().stream(response);
      out = opened;
    }
    return opened;
  }
}
