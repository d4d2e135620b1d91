package dev.tollgate.domain.inference;

import java.util.Locale;

/// Why nobody knows what a call cost, and which rule says what is posted for it. An entry that is
/// posted so is marked `estimated`, no matter who failed: the caller, the provider, the network or
/// the node (docs/ledger.md, "What is uncertain is paid for").
public enum Uncertainty {
  /// The answer was complete and said nothing, or nothing believable, about its usage.
  NO_USAGE(Rule.TEXT, Rule.TEXT),
  /// No answer, or not all of it, came in time.
  TIMEOUT(Rule.BOUND, Rule.TIME),
  /// The connection broke, or what came was not an answer.
  BROKEN(Rule.BOUND, Rule.TIME),
  /// The caller hung up before the answer was complete.
  CLIENT_CLOSED(Rule.BOUND, Rule.TIME),
  /// The answer is worked on in the background; what it used is learned later, if at all.
  BACKGROUND(Rule.BOUND, Rule.BOUND),
  /// The gateway cut the answer off: its key was revoked, or the node stops.
  CUT(Rule.BOUND, Rule.TIME),
  /// Tollgate failed between dispatch and settle.
  INTERNAL(Rule.BOUND, Rule.BOUND),
  /// The record of the call could not be written; only its hold is known.
  UNWRITTEN(Rule.BOUND, Rule.BOUND);

  /// What is posted.
  public enum Rule {
    /// The whole bound of the attempt.
    BOUND,
    /// The input, and as output the larger of the text that was seen and what the deployment can
    /// make in the time that it had, at most the cap.
    TIME,
    /// The input, and the text that was seen as output.
    TEXT
  }

  private final Rule whole;
  private final Rule stream;
  private final String wire = name().toLowerCase(Locale.ROOT);

  Uncertainty(Rule whole, Rule stream) {
    this.whole = whole;
    this.stream = stream;
  }

  public Rule rule(boolean streamed) {
    return streamed ? stream : whole;
  }

  /// The name in entries, in calls and in metrics.
  public String wire() {
    return wire;
  }

  /// Output tokens by [Rule#TIME].
  ///
  /// @param seen tokens of the text that was seen
  /// @param millis from dispatch to the end of the upstream connection
  /// @param tokensPerSecond the deployment's top speed
  /// @param cap the most that all answers together may have
  public static long outputTokens(long seen, long millis, long tokensPerSecond, long cap) {
    long time = Math.max(0, millis);
    boolean beyond = time > Long.MAX_VALUE / 2 / Math.max(1, tokensPerSecond);
    long made = beyond ? cap : (time * tokensPerSecond + 999) / 1_000;
    return Math.min(cap, Math.max(seen, made));
  }
}
