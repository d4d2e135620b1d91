package dev.tollgate.application.relay;

import dev.tollgate.domain.inference.EventStream.Item;

/// Takes the events of one stream, one after the other. Used by one thread.
public interface Sink {
  /// Whole events.
  ///
  /// @throws CallerGone when they cannot be delivered
  void events(Item.Events events);

  /// The event with the usage of the whole answer.
  ///
  /// @throws CallerGone when what it sets free cannot be delivered
  void usage(Item.FinalUsage usage);

  /// The stream is complete. Whatever was held back goes on now. Not told when it breaks.
  ///
  /// @throws CallerGone when what was held back cannot be delivered
  void end();
}
