package dev.tollgate.application.inference;

import dev.tollgate.application.relay.CallerGone;
import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.ProviderReply.HeaderField;
import dev.tollgate.domain.inference.Refusal;
import dev.tollgate.domain.money.Money;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// The far side of the edge: where answers go. Used by one thread at a time.
public interface Caller {
  /// Sends a complete answer.
  ///
  /// @throws CallerGone when it cannot be delivered
  void answer(Head head, String contentType, byte[] body);

  /// The status under which a refusal is told, and recorded.
  int status(Refusal refusal);

  /// A refusal or a provider's failure in the caller's dialect.
  byte[] errorBody(Refusal refusal);

  /// Sends a refusal or a provider's failure.
  ///
  /// @param body what [#errorBody] made of it
  /// @param cost what the call is charged all the same, or null
  /// @throws CallerGone when it cannot be delivered
  void refuse(Refusal refusal, byte[] body, @Nullable Money cost);

  /// Starts a streamed answer.
  ///
  /// @throws CallerGone when it cannot be delivered
  void begin(Head head);

  /// Sends whole events of a streamed answer at once.
  ///
  /// @throws CallerGone when they cannot be delivered
  void write(byte[] bytes, int offset, int length);

  /// Sends something that is no event, so that no one on the way gives up on a silent stream.
  ///
  /// @throws CallerGone when it cannot be delivered
  void keepAlive();

  /// The events that end a stream with an error, in the caller's dialect.
  ///
  /// @param origin the answer that the stream belongs to, or null when that is not known
  byte[] errorEvent(Refusal refusal, EventStream.@Nullable Origin origin);

  /// Ends a streamed answer.
  ///
  /// @throws CallerGone when it cannot be delivered
  void end();

  /// From now on, runs the action once when the caller hangs up, from another thread.
  void watch(Runnable whenGone);

  /// Whether a watched caller has hung up.
  boolean isGone();

  /// What is said above the body.
  ///
  /// @param model the deployment's name for the model that answers, or null
  /// @param provider null like the model
  /// @param passed headers of the provider's that go on
  record Head(
      @Nullable String model,
      @Nullable String provider,
      long overheadMicros,
      Charge charge,
      List<HeaderField> passed) {
    public Head {
      passed = List.copyOf(passed);
    }
  }

  /// What an answer says of money.
  ///
  /// @param cost null when nothing could be priced or the answer is a stream
  /// @param pending whether the settlement is not yet durable
  /// @param remaining what is left of the caller's own budgets, or null when it has none
  /// @param clampedTo the output cap that was lowered to fit a budget, where one was
  record Charge(
      @Nullable Money cost, boolean pending, @Nullable Money remaining, OptionalLong clampedTo) {}
}
