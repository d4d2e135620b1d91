package dev.tollgate.dialects.format;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Errors in the shape that the SDKs of one dialect understand.
public interface ErrorBodies {
  /// A refusal as a caller is told of it.
  ///
  /// @param status the HTTP status that it has, or would have
  record Notice(Refusal refusal, int status, CallId call) {}

  /// The JSON of an error.
  String text(Notice notice);

  /// The body of an answer.
  default byte[] body(Notice notice) {
    return text(notice).getBytes(StandardCharsets.UTF_8);
  }

  /// The events that end a stream.
  ///
  /// @param origin the answer that the stream belongs to, or null when that is not known
  byte[] events(Notice notice, EventStream.@Nullable Origin origin);

  /// Names of the headers in which clients look for the id of a call.
  List<String> idHeaders();
}
