package dev.tollgate.simulated;

import dev.tollgate.simulated.Prompt.Mark;
import dev.tollgate.simulated.Prompt.Section;
import dev.tollgate.simulated.Tally.Input;
import java.util.LinkedHashSet;
import java.util.List;

/// Remembers which prefixes of prompts it has seen, the last thousand that were used, and nothing
/// of what they say. Thread-safe.
final class PromptCache {
  private static final int ENTRIES = 1_000;
  private static final int SHORTEST = 64;

  private final LinkedHashSet<Long> seen = new LinkedHashSet<>();

  /// Looks up the longest prefix of whole messages that was seen before, and remembers all that
  /// have at least 64 tokens.
  synchronized Input automatic(Prompt prompt) {
    long prefix = Fingerprint.of(prompt.model().id());
    long tokens = 0;
    long cached = 0;
    for (Section section : prompt.sections()) {
      prefix = Fingerprint.join(prefix, section.fingerprint());
      tokens += section.tokens();
      if (recalls(prefix)) {
        cached = tokens;
      } else if (tokens >= SHORTEST) {
        keep(prefix);
      }
    }
    boolean writes = prompt.model().billsCacheWrites() && tokens >= SHORTEST;
    long written = writes ? tokens - cached : 0;
    return new Input(tokens - cached - written, cached, written, 0);
  }

  /// Looks up the longest prefix that was kept, and keeps those that end at a mark.
  synchronized Input marked(Prompt prompt) {
    List<Section> sections = prompt.sections();
    int last = lastMark(sections);
    long prefix = Fingerprint.of(prompt.model().id());
    long pending = 0;
    long cached = 0;
    long written = 0;
    long writtenHour = 0;
    for (int i = 0; i <= last; i++) {
      Section section = sections.get(i);
      prefix = Fingerprint.join(prefix, section.fingerprint());
      pending += section.tokens();
      if (recalls(prefix)) {
        cached += pending + written + writtenHour;
        pending = 0;
        written = 0;
        writtenHour = 0;
      } else if (section.mark() != Mark.NONE) {
        written += section.mark() == Mark.FIVE_MINUTES ? pending : 0;
        writtenHour += section.mark() == Mark.HOUR ? pending : 0;
        pending = 0;
        keep(prefix);
      }
    }
    long kept = cached + written + writtenHour;
    return new Input(prompt.tokens() - kept, cached, written, writtenHour);
  }

  private static int lastMark(List<Section> sections) {
    for (int i = sections.size() - 1; i >= 0; i--) {
      if (sections.get(i).mark() != Mark.NONE) {
        return i;
      }
    }
    return -1;
  }

  private boolean recalls(long prefix) {
    boolean known = seen.contains(prefix);
    if (known) {
      seen.addLast(prefix);
    }
    return known;
  }

  private void keep(long prefix) {
    seen.addLast(prefix);
    if (seen.size() > ENTRIES) {
      seen.removeFirst();
    }
  }
}
