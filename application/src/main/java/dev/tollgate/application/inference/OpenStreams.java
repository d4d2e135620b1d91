package dev.tollgate.application.inference;

import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KeyDirectory;
import dev.tollgate.domain.keys.KeyRefusal;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.tenancy.StoreUnavailable;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The streams that are open on this node, so that one can be cut when its key may no longer be
/// used or the node stops. Thread-safe.
public final class OpenStreams {
  private final KeyDirectory directory;
  private final Set<Handle> open = ConcurrentHashMap.newKeySet();

  public OpenStreams(KeyDirectory directory) {
    this.directory = directory;
  }

  /// One open stream.
  static final class Handle {
    private final KnownKey known;
    private final Runnable abort;
    private volatile @Nullable Refusal reason;

    private Handle(KnownKey known, Runnable abort) {
      this.known = known;
      this.abort = abort;
    }

    /// Why it was cut, or null.
    @Nullable Refusal reason() {
      return reason;
    }

    private void cut(Refusal refusal) {
      reason = refusal;
      abort.run();
    }
  }

  Handle add(KnownKey known, Runnable abort) {
    Handle handle = new Handle(known, abort);
    open.add(handle);
    return handle;
  }

  void remove(Handle handle) {
    open.remove(handle);
  }

  public int count() {
    return open.size();
  }

  /// Cuts every stream whose key was revoked, disabled or has expired. Called every two seconds.
  public void cutDeadKeys(Instant now) {
    for (Handle handle : open) {
      KeyRefusal refusal = refusal(handle.known, now);
      if (refusal != null) {
        handle.cut(Refusal.of(refusal));
      }
    }
  }

  /// Cuts every stream.
  public void cutAll(Refusal refusal) {
    open.forEach(handle -> handle.cut(refusal));
  }

  private @Nullable KeyRefusal refusal(KnownKey known, Instant now) {
    KnownKey current;
    try {
      current = directory.find(known.secret().id());
    } catch (StoreUnavailable e) {
      // Nothing is known; the stream goes on until something is.
      return null;
    }
    if (current == null) {
      return KeyRefusal.REVOKED;
    }
    Instant until = current.secret().validUntil();
    return until != null && !now.isBefore(until)
        ? KeyRefusal.REVOKED
        : current.key().checkAlive(now);
  }
}
