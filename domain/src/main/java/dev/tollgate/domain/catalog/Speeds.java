package dev.tollgate.domain.catalog;

import dev.tollgate.domain.catalog.RouteTable.Target;
import java.time.Instant;

/// How fast deployments put out tokens at the most. Held in memory and kept in a store, from which
/// other nodes learn. Thread-safe; never blocks.
public interface Speeds {
  /// Output tokens a second that a deployment does not exceed: what the facts of its model say, or
  /// what was seen lately, if that is more.
  long topSpeed(Target target, ModelFacts facts, Instant now);

  /// Takes in what a complete stream showed.
  ///
  /// @param tokensPerSecond see [TopSpeed#shown]
  void seen(Target target, long tokensPerSecond, Instant now);
}
