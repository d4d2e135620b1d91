package dev.tollgate.domain.inference;

import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.util.List;

/// Port to the model providers. Blocks; expects a virtual thread. Thread-safe.
public interface ModelProvider {
  /// Sends one attempt and waits for its answer, or for the head of its stream. Never throws for
  /// what a provider does: every failure is a [ProviderReply.Failed].
  ///
  /// @param silence told when the provider is silent, so that the caller can be watched meanwhile
  ProviderReply send(Dispatch dispatch, Silence silence);

  /// One attempt.
  ///
  /// @param body the rendered body
  /// @param choices how many answers were asked for, each with a finish of its own
  /// @param headers the caller's headers that may go upstream
  record Dispatch(
      Target target,
      Endpoint endpoint,
      byte[] body,
      boolean stream,
      int choices,
      List<HeaderField> headers) {
    public Dispatch {
      headers = List.copyOf(headers);
    }
  }

  /// Told when a provider is silent, from a thread that must not be held up.
  interface Silence {
    /// Nothing has come for a moment.
    ///
    /// @param abort breaks off the attempt; may be called from any thread, more than once
    void begins(Runnable abort);

    /// Still nothing has come; told every 15 seconds.
    default void lasts() {}
  }
}
