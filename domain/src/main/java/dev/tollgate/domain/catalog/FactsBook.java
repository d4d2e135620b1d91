package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.ModelFactsId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// The facts of all models that a tenant sees, at one moment. Immutable but for what it remembers;
/// thread-safe.
public final class FactsBook {
  private static final ModelFacts UNKNOWN = ModelFacts.unknown(new ModelFactsId(new UUID(0, 0)));
  private static final int MOST_REMEMBERED = 10_000;

  private final List<ModelFacts> longestFirst;
  private final ConcurrentHashMap<String, List<ModelFacts>> matching = new ConcurrentHashMap<>();

  /// @param catalogues facts of each catalogue that the tenant sees, the one that counts first
  public FactsBook(List<List<ModelFacts>> catalogues) {
    List<ModelFacts> sorted = new ArrayList<>();
    for (List<ModelFacts> facts : catalogues) {
      facts.stream()
          .sorted(Comparator.comparing(ModelFacts::effectiveFrom).reversed())
          .forEach(sorted::add);
    }
    sorted.sort(
        Comparator.comparing((ModelFacts each) -> each.model().endsWith("*"))
            .thenComparingInt(each -> -each.model().length()));
    this.longestFirst = List.copyOf(sorted);
  }

  /// The facts in force at an instant: those of the named model before those of a pattern, of two
  /// patterns the longer, of two of one name the tenant's own. What is assumed of a model of which
  /// nothing is known, when none match.
  public ModelFacts find(String canonicalModel, Instant at) {
    for (ModelFacts facts : matching(canonicalModel)) {
      if (!facts.effectiveFrom().isAfter(at)) {
        return facts;
      }
    }
    return UNKNOWN;
  }

  private List<ModelFacts> matching(String canonicalModel) {
    List<ModelFacts> found = matching.get(canonicalModel);
    if (found == null) {
      found = longestFirst.stream().filter(each -> each.matches(canonicalModel)).toList();
      if (matching.size() < MOST_REMEMBERED) {
        matching.put(canonicalModel, found);
      }
    }
    return found;
  }
}
