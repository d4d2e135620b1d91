package dev.tollgate.providers.transport;

import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One answer, read by one thread.
public interface UpstreamResponse extends AutoCloseable {
  int status();

  /// The first header of that name (in lower case), or null.
  @Nullable String header(String name);

  List<HeaderField> headers();

  /// All bytes of the body that have arrived since the last call, without the framing: at least
  /// one; none when nothing came within the patience; null behind the last.
  ///
  /// @throws UpstreamFailure when the connection breaks, or idle or total time is over
  byte @Nullable [] read(Duration patience);

  /// Gives the connection back when the body was read to its end, else closes it. May be called
  /// from another thread to break off a read.
  @Override
  void close();
}
