package dev.tollgate.application.inference;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.time.Instant;
import java.util.List;

/// What is known of a call from its first line and its headers.
public record Inbound(CallId id, Endpoint endpoint, Start start, ClientInfo client, Wishes wishes) {
  /// When it arrived.
  ///
  /// @param nanos `System.nanoTime()` at that moment
  public record Start(Instant at, long nanos) {}

  /// What its headers ask for.
  ///
  /// @param upstreamHeaders the caller's headers that may go to a provider
  /// @param captureOptOut whether the caller asked that its content not be kept
  public record Wishes(List<HeaderField> upstreamHeaders, boolean captureOptOut) {
    public Wishes {
      upstreamHeaders = List.copyOf(upstreamHeaders);
    }
  }
}
