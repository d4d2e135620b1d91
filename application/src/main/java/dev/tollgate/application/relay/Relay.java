package dev.tollgate.application.relay;

import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.EventStream.Item;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.money.Money;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Relays one stream: pulls its items and pushes them through the stages to the caller, until it
/// ends in one way or another. Used once, by one thread.
public final class Relay {
  private final EventStream events;
  private final Outlet outlet;
  private final Line line;
  private final HoldUsage usage;
  private final Sink first;

  /// How a stream ended. Nothing but the last piece is left to be sent.
  public sealed interface Ending {
    /// It came to its proper end.
    record Complete() implements Ending {}

    /// It broke off, or the provider reported an error in it.
    ///
    /// @param event the provider's own error event, or null
    record Broken(Failure failure, byte @Nullable [] event) implements Ending {}

    /// The caller hung up.
    record Gone() implements Ending {}
  }

  /// @param stages in the order in which events pass through them, before those of the usage are
  ///   held back
  /// @param usage holds the usage back
  public Relay(EventStream events, Outlet outlet, List<Stage> stages, HoldUsage usage) {
    this.events = events;
    this.outlet = outlet;
    this.line = new Line(outlet);
    this.usage = usage;
    Sink sink = usage.before(line);
    for (Stage stage : stages.reversed()) {
      sink = stage.before(sink);
    }
    this.first = sink;
  }

  /// Relays until the stream ends.
  public Ending run() {
    try {
      events.onSilence(new Liveness(events, line, outlet));
      return pump();
    } catch (CallerGone e) {
      return new Ending.Gone();
    } finally {
      line.close();
    }
  }

  private Ending pump() {
    while (true) {
      Item item = events.next();
      if (outlet.isGone() && !(item instanceof Item.Broken)) {
        return new Ending.Gone();
      }
      switch (item) {
        case Item.Events more -> first.events(more);
        case Item.FinalUsage last -> first.usage(last);
        case Item.End _ -> {
          first.end();
          return new Ending.Complete();
        }
        case Item.Broken broken -> {
          return new Ending.Broken(broken.failure(), broken.event());
        }
      }
    }
  }

  /// Reads a finished stream, whose caller has hung up, on for its usage.
  public void awaitUsage() {
    events.hurry(Liveness.AFTERMATH);
    while (events.next() instanceof Item.Events) {
      // Nobody is left to whom it could be passed on.
    }
  }

  /// Whether anything has reached the caller.
  public boolean hasBegun() {
    return line.hasBegun();
  }

  /// What is left to be sent of a complete stream.
  ///
  /// @param cost what the call costs, or null when nothing could be priced
  /// @param committed whether the call is settled
  public byte[] last(@Nullable Money cost, boolean committed) {
    return usage.last(cost, committed);
  }

  /// Sends the last piece and ends the stream.
  ///
  /// @throws CallerGone when it cannot be delivered
  public void finish(byte[] last) {
    line.finish(last);
  }
}
