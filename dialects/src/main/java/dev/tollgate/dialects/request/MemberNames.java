package dev.tollgate.dialects.request;

import dev.tollgate.domain.reasons.Reason;
import java.util.HashSet;
import java.util.Set;

/// The names of a body's own members. Some readers take a name in another case for the one that is
/// meant, so each may appear once in any case, and the checked ones only as they are written.
final class MemberNames {
  private static final int MOST = 1_024;
  private static final Set<String> CHECKED =
      Set.of(
          "model",
          "stream",
          "stream_options",
          "messages",
          "input",
          "max_tokens",
          "max_completion_tokens",
          "max_output_tokens",
          "n",
          "best_of",
          "prompt",
          "previous_response_id",
          "conversation",
          "tools",
          "thinking",
          "service_tier",
          "background",
          "speed",
          "inference_geo",
          "mcp_servers",
          "container",
          "user",
          "metadata");

  private final Set<String> names = new HashSet<>(32);
  private final Set<String> folds = new HashSet<>(32);

  /// @throws BadRequest when the name was there before, or is a checked one in another case
  String add(String name) {
    String folded = fold(name);
    if (!folds.add(folded)) {
      throw new BadRequest(
          Reason.DUPLICATE_PARAMETER, "The parameter '" + name + "' is given twice.", name);
    }
    if (!folded.equals(name) && CHECKED.contains(folded)) {
      throw new BadRequest(
          Reason.UNKNOWN_PARAMETER, "The parameter '" + folded + "' is written differently.", name);
    }
    if (folds.size() > MOST) {
      throw new BadRequest(
          Reason.INVALID_JSON, "The request has more than " + MOST + " parameters.", null);
    }
    names.add(name);
    return name;
  }

  boolean contains(String name) {
    return names.contains(name);
  }

  private static String fold(String name) {
    StringBuilder folded = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      folded.append(Character.toLowerCase(Character.toUpperCase(name.charAt(i))));
    }
    return folded.toString();
  }
}
