package dev.tollgate.domain.inference;

import dev.tollgate.domain.money.Money;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A provider's stream of server-sent events, pulled by one thread. Events are never torn: each
/// item holds whole events, byte for byte as they came.
public interface EventStream extends AutoCloseable {
  /// The next item; waits for it as long as the provider may be silent.
  Item next();

  /// From now on, tells of silences while `next` waits, from another thread.
  void onSilence(ModelProvider.Silence silence);

  /// Lets the stream break off when it is not over in this time. May be called from any thread.
  void hurry(Duration most);

  /// The usage reported so far.
  ReportedUsage reported();

  /// Whether the usage reported is that of the whole answer.
  boolean usageIsFinal();

  /// Whether the model has said that it is done, so that only the usage can still follow. May be
  /// asked from any thread.
  boolean isFinishing();

  /// The text that the model has emitted so far, for an estimate when no usage comes.
  String emittedText();

  /// What an error that ends the stream must name, or null when it names nothing.
  @Nullable Origin origin();

  /// The answer that a stream of events belongs to.
  ///
  /// @param id the provider's id of the answer
  /// @param lastEvent the number of the last event
  record Origin(String id, long lastEvent) {}

  /// Ends the stream. The connection is closed unless the answer was read to its end. May be called
  /// from another thread to break off a `next` that waits.
  @Override
  void close();

  /// An event with the usage of a whole answer.
  interface UsageEvent {
    /// Its bytes as the provider sent them.
    byte[] bytes();

    /// The event with what the call costs in its usage, in the place of any cost that the provider
    /// names.
    ///
    /// @param cost null when nothing could be priced
    /// @param committed whether the call is settled; else the usage says that this is pending
    byte[] settled(@Nullable Money cost, boolean committed);
  }

  /// What `next` answers.
  sealed interface Item {
    /// Whole events, `length` bytes from `offset`, without anything the relay needs to act on.
    record Events(byte[] bytes, int offset, int length) implements Item {}

    /// One event that reports the final usage. From here on nothing may reach the caller before the
    /// call is settled.
    ///
    /// @param usageOnly whether it carries nothing else, so that a caller who did not ask for usage
    ///   must not see it
    record FinalUsage(UsageEvent event, boolean usageOnly) implements Item {}

    /// The stream came to its proper end.
    record End() implements Item {}

    /// The stream broke off or the provider reported an error in it.
    ///
    /// @param event the provider's own error event, to be relayed, or null
    record Broken(Failure failure, byte @Nullable [] event) implements Item {}
  }
}
