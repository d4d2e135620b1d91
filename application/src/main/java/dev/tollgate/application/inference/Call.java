package dev.tollgate.application.inference;

import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.tenancy.Retention;
import org.jspecify.annotations.Nullable;

/// A call on `/v1`, as far as it is understood. It arrives, its key is recognised, its body is
/// read; a call may be refused in any of these states, and is served in the last. Immutable.
public sealed interface Call {
  Inbound inbound();

  /// The key that was recognised, whether or not it may be used; else null.
  @Nullable KnownKey holder();

  /// The bytes of its body, or null when they were not read.
  byte @Nullable [] body();

  default Endpoint endpoint() {
    return inbound().endpoint();
  }

  /// What is kept of its content, as the key and the caller say.
  default Capture capture() {
    KnownKey holder = holder();
    if (holder == null) {
      return Capture.METADATA;
    }
    Capture policy = holder.capture();
    return policy == Capture.FULL && inbound().wishes().captureOptOut() ? Capture.METADATA : policy;
  }

  default Retention retention() {
    KnownKey holder = holder();
    return holder == null ? Retention.DAYS_30 : holder.retention();
  }

  /// Nothing but its head is known.
  record Arrived(Inbound inbound) implements Call {
    @Override
    public @Nullable KnownKey holder() {
      return null;
    }

    @Override
    public byte @Nullable [] body() {
      return null;
    }

    /// The same after its key was recognised.
    public Identified by(KnownKey key) {
      return new Identified(inbound, key, null);
    }
  }

  /// Its key is known; what its body says is not.
  ///
  /// @param body null when it was not read
  record Identified(Inbound inbound, KnownKey holder, byte @Nullable [] body) implements Call {
    // Not in its short form, in which the compiler forgets that the body may be null.
    public Identified(Inbound inbound, KnownKey holder, byte @Nullable [] body) {
      this.inbound = inbound;
      this.holder = holder;
      this.body = body;
    }

    /// The same with its bytes.
    public Identified with(byte[] bytes) {
      return new Identified(inbound, holder, bytes);
    }

    /// The same after its body was understood.
    public Asked asking(Payload payload) {
      return new Asked(inbound, holder, payload);
    }
  }

  /// It can be served: who calls and what for is known.
  record Asked(Inbound inbound, KnownKey holder, Payload payload) implements Call {
    @Override
    public byte[] body() {
      return payload.body();
    }

    /// Who the client says that it is, in headers and body.
    ClientInfo client() {
      ClientInfo sent = inbound.client();
      Payload.Labels labels = payload.labels();
      return new ClientInfo(
          sent.address(),
          sent.userAgent(),
          sent.sdk(),
          sent.session(),
          labels.user(),
          labels.metadata());
    }
  }
}
