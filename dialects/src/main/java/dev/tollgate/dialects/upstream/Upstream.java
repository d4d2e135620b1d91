package dev.tollgate.dialects.upstream;

import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.util.List;

/// Something that answers HTTP requests: a provider's server, or the simulated provider.
/// Thread-safe; blocks.
public interface Upstream extends AutoCloseable {
  /// Sends a request and waits for the head of its answer.
  ///
  /// @throws UpstreamFailure when there is none
  UpstreamResponse send(Request request, Silence silence);

  /// Gives up connections that have been idle for too long.
  default void tidy() {}

  /// Ends it. Calls that are under way end on their connections.
  @Override
  default void close() {}

  /// @param method `GET` or `POST`
  /// @param path below the base URL, such as `/chat/completions`
  /// @param headers all but host, length and connection
  /// @param stream whether a stream was asked for, which decides how long its first byte may take
  record Request(
      String method,
      String path,
      List<HeaderField> headers,
      byte[] body,
      boolean stream,
      Timeouts timeouts) {
    public Request {
      headers = List.copyOf(headers);
    }
  }
}
