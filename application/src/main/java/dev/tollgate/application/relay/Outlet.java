package dev.tollgate.application.relay;

/// The caller's end of a stream. Used by one thread at a time, but for [#isGone].
public interface Outlet {
  /// Sends the head. Called once, before anything else is sent.
  ///
  /// @throws CallerGone when it cannot be delivered
  void begin();

  /// Sends whole events at once.
  ///
  /// @throws CallerGone when they cannot be delivered
  void write(byte[] bytes, int offset, int length);

  /// Sends something that is no event, so that no one on the way gives up on a silent stream.
  ///
  /// @throws CallerGone when it cannot be delivered
  void keepAlive();

  /// Ends the stream.
  ///
  /// @throws CallerGone when that cannot be delivered
  void end();

  /// From now on, runs the action once when the caller hangs up, from another thread.
  void watch(Runnable whenGone);

  /// Whether a watched caller has hung up. May be asked from any thread.
  boolean isGone();
}
