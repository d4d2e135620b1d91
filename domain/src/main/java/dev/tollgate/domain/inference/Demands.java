package dev.tollgate.domain.inference;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a request says about its own size, for its bound.
///
/// @param caps the output caps that it names
/// @param leastCap the lowest cap that leaves the request valid
/// @param choices how many answers are billed: `n`, `best_of` and prompts multiplied
/// @param toolCalls the most calls of the provider's own tools
/// @param parts what it carries beside text
/// @param traits what else makes it larger or dearer than its bytes show
/// @param region where it asks to be served, or null
/// @param unknown names of members that Tollgate does not know and that bring no input; at most
///   [#MOST_UNKNOWN]
public record Demands(
    Caps caps,
    long leastCap,
    long choices,
    long toolCalls,
    Parts parts,
    Set<Trait> traits,
    @Nullable String region,
    List<String> unknown) {
  public static final int MOST_UNKNOWN = 16;
  public static final Demands NONE =
      new Demands(Caps.NONE, 1, 1, 0, Parts.NONE, Set.of(), null, List.of());

  public Demands {
    traits = Set.copyOf(traits);
    unknown = List.copyOf(unknown);
  }

  /// Output caps. Servers read one or another of them, so all of them count.
  ///
  /// @param lowest the lowest in tokens; empty when none is named with a number
  /// @param names all names under which one is given, a null included
  public record Caps(OptionalLong lowest, List<String> names) {
    public static final Caps NONE = new Caps(OptionalLong.empty(), List.of());

    public Caps {
      names = List.copyOf(names);
    }
  }

  /// Parts that count tokens other than those of their bytes.
  ///
  /// @param binaryBytes bytes of the body that hold pictures, not text
  public record Parts(int images, int audios, int documents, long binaryBytes) {
    public static final Parts NONE = new Parts(0, 0, 0, 0);
  }

  /// What makes a request larger or dearer than its bytes show.
  public enum Trait {
    /// It has tools, for which providers add a prompt of their own.
    TOOLS,
    /// It asks for its prompt to be cached.
    CACHE_CONTROL,
    /// Audio goes in, or audio and images come out.
    OTHER_MEDIA,
    /// Input comes from elsewhere: an earlier answer, a file, a tool of the provider's, or
    /// something that Tollgate does not know.
    REMOTE,
    /// It is answered before it is worked on, so that what it costs is learned later.
    BACKGROUND,
    /// It asks for the provider's fast mode, which is priced like a tier.
    FAST
  }

  public boolean has(Trait trait) {
    return traits.contains(trait);
  }
}
