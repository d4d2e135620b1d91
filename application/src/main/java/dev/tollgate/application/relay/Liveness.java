package dev.tollgate.application.relay;

import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import java.time.Duration;

/// Watches the caller of a stream while its provider is silent: keeps the line open, and breaks the
/// stream off when the caller hangs up. When the model is done and only its usage can still follow,
/// that is waited for a moment.
final class Liveness implements Silence {
  /// How long a finished stream is read on for its usage when the caller has hung up.
  static final Duration AFTERMATH = Duration.ofSeconds(2);

  private final EventStream events;
  private final Line line;
  private final Outlet outlet;
  private boolean watched;

  Liveness(EventStream events, Line line, Outlet outlet) {
    this.events = events;
    this.line = line;
    this.outlet = outlet;
  }

  @Override
  public void begins(Runnable abort) {
    if (!watched) {
      watched = true;
      outlet.watch(() -> gone(abort));
    }
  }

  @Override
  public void lasts() {
    Thread.ofVirtual().name("keep-alive").start(this::keepAlive);
  }

  private void keepAlive() {
    try {
      line.keepAlive();
    } catch (CallerGone e) {
      gone(events::close);
    }
  }

  private void gone(Runnable abort) {
    if (events.isFinishing()) {
      events.hurry(AFTERMATH);
    } else {
      abort.run();
    }
  }
}
