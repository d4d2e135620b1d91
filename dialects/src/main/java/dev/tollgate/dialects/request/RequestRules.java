package dev.tollgate.dialects.request;

import dev.tollgate.domain.inference.Operation;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is particular to the requests of one dialect.
public interface RequestRules {
  /// Members that a request must have, beside the model.
  List<String> required(Operation operation);

  /// The lowest output cap that a provider accepts.
  long leastCap();

  /// Whether `speed` asks for a faster and dearer mode.
  boolean hasFastMode();

  /// Whether `prompt` names a template that the provider keeps; elsewhere it is text.
  boolean keepsPrompts();

  /// The names that providers give the output cap, the older one first; empty when the operation
  /// has no output.
  List<String> capNames(Operation operation);

  /// What `service_tier` says for the usual tier, or null when a request cannot name any.
  @Nullable String usualTier(Operation operation);

  /// Whether a stream reports its usage only when `stream_options` asks for it.
  boolean asksForUsage(Operation operation);

  /// Whether a request can name the region that serves it.
  boolean namesRegion(Operation operation);

  /// The members that make up the prompt, which are all that a provider's count takes.
  Set<String> counted();
}
