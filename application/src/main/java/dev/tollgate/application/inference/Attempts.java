package dev.tollgate.application.inference;

import dev.tollgate.application.inference.Holds.Grant;
import dev.tollgate.application.inference.Quirks.Quirk;
import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.inference.ModelProvider;
import dev.tollgate.domain.inference.Payload;
import dev.tollgate.domain.inference.ProviderReply;
import dev.tollgate.domain.inference.Refusal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reserve, dispatch, and one attempt after the other while a failure allows it. Nothing else may
/// call a provider: whatever reaches one has a hold when a budget asks for it. Used for one call,
/// by one thread.
final class Attempts {
  /// Tries of one deployment that refuses what Tollgate wrote into the body, or that drops a
  /// connection which had been idle.
  private static final int MOST_AGAIN = 3;

  private final ModelProvider provider;
  private final Holds holds;
  private final Books books;
  private final Estimates estimates;
  private final Quirks quirks;
  private final OpenCalls open;
  private final AdmittedCall call;
  private final Function<Target, Attempt.Plan> planning;
  private final Deque<Target> candidates;
  private final Waiting waiting;
  private int again;
  private boolean goesAgain;

  /// How the attempts ended, or came to an answer.
  sealed interface Outcome {
    record Replied(ProviderReply reply) implements Outcome {}

    /// No attempt was made, since none may be.
    record Refused(Refusal refusal) implements Outcome {}

    /// The caller hung up before anything was sent.
    record Left() implements Outcome {}
  }

  /// What every call's attempts need.
  record Means(
      ModelProvider provider,
      Holds holds,
      Books books,
      Estimates estimates,
      Quirks quirks,
      OpenCalls open) {}

  /// Where a call may go.
  ///
  /// @param candidates in the order to try them
  /// @param planning what is known of each
  record Way(List<Target> candidates, Function<Target, Attempt.Plan> planning) {}

  Attempts(Means means, AdmittedCall call, Way way, Waiting waiting) {
    this.provider = means.provider();
    this.holds = means.holds();
    this.books = means.books();
    this.estimates = means.estimates();
    this.quirks = means.quirks();
    this.open = means.open();
    this.call = call;
    this.candidates = new ArrayDeque<>(way.candidates());
    this.planning = way.planning();
    this.waiting = waiting;
  }

  /// Tries one deployment after the other until one answers.
  ///
  /// @param before the failure of a stream of which nothing has reached the caller, or null at
  ///   first
  Outcome next(ProviderReply.@Nullable Failed before) {
    ProviderReply.Failed last = before;
    goesAgain = false;
    if (before != null) {
      call.attempt().ended();
    }
    while (!candidates.isEmpty() && (last == null || mayGoOn(last.failure()))) {
      Target target = candidates.remove();
      Attempt sent = last == null ? null : call.attempt();
      if (sent != null) {
        holds.release(sent);
      }
      Attempt attempt = call.begins(planning.apply(target));
      Grant grant = holds.take(call, waiting);
      if (last == null && waiting.callerIsGone()) {
        return new Outcome.Left();
      }
      if (grant instanceof Grant.Refused refused) {
        if (last == null || sent == null) {
          return new Outcome.Refused(refused.refusal());
        }
        call.takesBack(sent);
        return new Outcome.Replied(last);
      }
      if (grant instanceof Grant.Free && !call.isUnheld()) {
        call.runsUnheld();
        open.runsUnheld(call);
      }
      Payload.Edits edits = edits(attempt, grant);
      ProviderReply reply = send(attempt, edits);
      if (!(reply instanceof ProviderReply.Failed failed)) {
        return new Outcome.Replied(reply);
      }
      goesAgain = isWorthAgain(target, edits, failed.failure());
      if (goesAgain) {
        candidates.addFirst(target);
      }
      last = finish(failed);
    }
    if (last == null) {
      throw new IllegalStateException("there is at least one candidate");
    }
    return new Outcome.Replied(last);
  }

  private boolean mayGoOn(Failure last) {
    return (goesAgain || last.mayTryAnother()) && !waiting.callerIsGone();
  }

  /// Whether the same deployment is tried once more: it refused what Tollgate wrote into the body,
  /// or it dropped a connection that had been idle.
  private boolean isWorthAgain(Target target, Payload.Edits edits, Failure failure) {
    boolean worth =
        failure.kind() == Failure.Kind.DROPPED
            || quirks.learn(target, call.payload(), edits, failure);
    if (worth && again < MOST_AGAIN && !waiting.callerIsGone()) {
      again++;
      return true;
    }
    again = 0;
    return false;
  }

  /// Ends a failed attempt: at the same estimate as a call's when it may have been billed and
  /// another one follows. The hold of the last one, and one of which nothing was billed, ends with
  /// the record of the call.
  ///
  /// @return the failure, as far as the call still has to pay for it
  private ProviderReply.Failed finish(ProviderReply.Failed failed) {
    Failure failure = failed.failure();
    if (!failure.billed()) {
      call.attempt().ended();
    } else if (goesAgain) {
      estimates.uncertain(call.attempt(), failure.uncertainty(), failed.reported(), "");
      books.pay(call);
      return new ProviderReply.Failed(failure.asPaid());
    }
    return failed;
  }

  private Payload.Edits edits(Attempt attempt, Grant grant) {
    Target target = attempt.target();
    boolean ask =
        attempt.traits().asksForUsage(attempt.endpoint())
            && !quirks.has(target, Quirk.NO_USAGE_OPTION);
    String model = target.deployment().model();
    return grant instanceof Grant.Held held
        ? new Payload.Edits(model, ask, held.cap(), held.tier())
        : new Payload.Edits(model, ask, null, null);
  }

  private ProviderReply send(Attempt attempt, Payload.Edits edits) {
    Payload payload = call.payload();
    ModelProvider.Dispatch dispatch =
        new ModelProvider.Dispatch(
            attempt.target(),
            attempt.endpoint(),
            payload.render(edits),
            payload.stream(),
            payload.asked().choices(),
            call.inbound().wishes().upstreamHeaders());
    call.dispatched();
    return provider.send(dispatch, waiting.watching(attempt.target()));
  }
}
