package dev.tollgate.domain.inference;

import dev.tollgate.domain.inference.Payload.Span;
import java.util.List;

/// What a request says about its own size, for its bound.
///
/// @param caps the output caps it names, in order
/// @param leastCap the lowest cap that leaves the request valid
/// @param choices how many answers are billed: `n`, `best_of` and prompts multiplied
/// @param toolCalls the most calls of the provider's own tools
/// @param images how many images it carries, each of which counts tokens that its bytes do not show
/// @param cacheControl whether it asks for its prompt to be cached
/// @param otherMedia whether audio goes in, or audio and images come out
/// @param remote whether input comes from elsewhere: an earlier answer, a file, a document
public record Demands(
    List<Cap> caps,
    long leastCap,
    long choices,
    long toolCalls,
    int images,
    boolean cacheControl,
    boolean otherMedia,
    boolean remote) {
  public static final Demands NONE = new Demands(List.of(), 1, 1, 0, 0, false, false, false);

  public Demands {
    caps = List.copyOf(caps);
  }

  /// An output cap in the body.
  ///
  /// @param tokens what it says, or -1 for null
  /// @param nameAt span of its name, quotes included
  /// @param valueAt span of its value
  public record Cap(String name, long tokens, Span nameAt, Span valueAt) {}

  /// The lowest cap that the caller named, or -1 when none was.
  public long cap() {
    return caps.stream().mapToLong(Cap::tokens).filter(tokens -> tokens >= 0).min().orElse(-1);
  }
}
