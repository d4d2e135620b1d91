package dev.tollgate.domain.ledger;

import dev.tollgate.domain.catalog.RouteTable.Target;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.inference.Payload;
import java.util.OptionalLong;

/// Asks a provider how many tokens a request's input has. It costs nothing but time, so it is asked
/// only when neither bytes nor our own count fit. Blocks; thread-safe.
public interface InputCounter {
  /// Empty when the provider counts nothing of this kind, or does not answer soon.
  OptionalLong count(Target target, Endpoint endpoint, Payload payload);
}
