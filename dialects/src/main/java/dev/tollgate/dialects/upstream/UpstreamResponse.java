package dev.tollgate.dialects.upstream;

import dev.tollgate.domain.inference.ModelProvider.Silence;
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

  /// Waits for more of the body. Answers all bytes that have arrived since the last call, without
  /// the framing: at least one; null behind the last.
  ///
  /// @throws UpstreamFailure when the connection breaks, or idle or total time is over
  byte @Nullable [] read();

  /// From now on, tells of silences while `read` waits, instead of whom [Upstream#send] was given.
  void onSilence(Silence listener);

  /// Ends the body's total time so much from now, if that is earlier. May be called from any
  /// thread.
  void hurry(Duration most);

  /// Gives the connection back when the body was read to its end, else closes it. May be called
  /// from another thread to break off a read.
  @Override
  void close();
}
