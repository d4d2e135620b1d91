package dev.tollgate.application.inference;

import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.keys.KeyDirectory;
import dev.tollgate.domain.keys.KeyRefusal;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.stores.StoreUnavailable;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What is open at providers on this node: streams, so that one can be cut when its key may no
/// longer be used or the node stops; and whole answers that are read on although their caller has
/// hung up, so that they never delay a stop. Thread-safe.
public final class OpenCalls {
  private final KeyDirectory directory;
  private final Set<Handle> streams = ConcurrentHashMap.newKeySet();
  private final Set<Runnable> abandoned = ConcurrentHashMap.newKeySet();
  private final Set<AdmittedCall> unheld = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /// Why every stream is cut, or null.
  private volatile @Nullable Refusal cutting;

  public OpenCalls(KeyDirectory directory) {
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
    streams.add(handle);
    Refusal now = cutting;
    if (now != null) {
      handle.cut(now);
    }
    return handle;
  }

  void remove(Handle handle) {
    streams.remove(handle);
  }

  /// Open streams.
  public int count() {
    return streams.size();
  }

  /// Whole answers that are read on although their caller has hung up.
  public int abandoned() {
    return abandoned.size();
  }

  /// A call runs that no budget with a limit counts yet.
  void runsUnheld(AdmittedCall call) {
    unheld.add(call);
  }

  void ended(AdmittedCall call) {
    if (call.isUnheld()) {
      unheld.remove(call);
    }
  }

  /// Calls that run on this node without a hold although a budget counts them, because it was not
  /// there when they began.
  public int unheldUnder(Budget budget, BudgetBook book) {
    BudgetBook alone = book.alone(budget);
    int count = 0;
    for (AdmittedCall call : unheld) {
      if (!alone.touching(call.key(), call.payload().model()).isEmpty()) {
        count++;
      }
    }
    return count;
  }

  /// A whole answer is read on without its caller; the action breaks it off.
  void abandon(Runnable abort) {
    abandoned.add(abort);
    if (stopping) {
      abort.run();
    }
  }

  void finished(Runnable abort) {
    abandoned.remove(abort);
  }

  /// The node stops: nothing is read on any more for a caller who has hung up.
  public void dropAbandoned() {
    stopping = true;
    abandoned.forEach(Runnable::run);
  }

  /// Cuts every stream whose key was revoked, disabled or has expired. Called every two seconds.
  public void cutDeadKeys(Instant now) {
    for (Handle handle : streams) {
      KeyRefusal refusal = refusal(handle.known, now);
      if (refusal != null) {
        handle.cut(Refusal.of(refusal));
      }
    }
  }

  /// Cuts every stream, and from now on every one that begins.
  public void cutAll(Refusal refusal) {
    cutting = refusal;
    streams.forEach(handle -> handle.cut(refusal));
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
