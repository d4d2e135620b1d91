package dev.tollgate.application.relay;

/// One step of a stream on its way to the caller. It may pass events on, change them, or hold them
/// back. The order is: what screens, what translates, what holds the usage back. Made for one
/// stream; used by one thread.
@FunctionalInterface
public interface Stage {
  /// The step itself, which gives to the next one what is to go on.
  Sink before(Sink next);
}
