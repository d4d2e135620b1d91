package dev.tollgate.application.inference;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A call as it arrived, before its body was understood.
///
/// @param startNanos `System.nanoTime()` at its arrival
/// @param upstreamHeaders the caller's headers that may go to a provider
/// @param captureOptOut whether the caller asked that its content not be kept
/// @param body its bytes, or null when they were not read
public record Inbound(
    CallId id,
    Endpoint endpoint,
    Instant startedAt,
    long startNanos,
    ClientInfo client,
    List<HeaderField> upstreamHeaders,
    boolean captureOptOut,
    byte @Nullable [] body) {
  // Not in its short form, in which the compiler forgets that the body may be null.
  public Inbound(
      CallId id,
      Endpoint endpoint,
      Instant startedAt,
      long startNanos,
      ClientInfo client,
      List<HeaderField> upstreamHeaders,
      boolean captureOptOut,
      byte @Nullable [] body) {
    this.id = id;
    this.endpoint = endpoint;
    this.startedAt = startedAt;
    this.startNanos = startNanos;
    this.client = client;
    this.upstreamHeaders = List.copyOf(upstreamHeaders);
    this.captureOptOut = captureOptOut;
    this.body = body;
  }

  /// The same with its bytes, or without any when they could not be read.
  public Inbound with(byte @Nullable [] read) {
    return new Inbound(
        id, endpoint, startedAt, startNanos, client, upstreamHeaders, captureOptOut, read);
  }

  @Override
  public String toString() {
    return "Inbound[" + id + ", " + endpoint + "]";
  }
}
