package dev.tollgate.domain.stores;

import dev.tollgate.domain.rules.BrokenRule;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One page of a list.
///
/// @param next the cursor of the following page, or null on the last one
public record Page<T>(List<T> items, @Nullable UUID next) {
  public static final int LARGEST = 100;

  public Page {
    items = List.copyOf(items);
  }

  /// The page of a list that is at hand as a whole.
  ///
  /// @throws BrokenRule when what the cursor names has been removed
  public static <T> Page<T> of(
      List<T> all, Function<T, UUID> id, @Nullable UUID cursor, int limit) {
    int from = 0;
    while (cursor != null && (from == 0 || !id.apply(all.get(from - 1)).equals(cursor))) {
      from++;
      if (from > all.size()) {
        throw BrokenRule.of("cursor", "names nothing that is still there; begin without it");
      }
    }
    int to = Math.min(all.size(), from + limit);
    return new Page<>(all.subList(from, to), to < all.size() ? id.apply(all.get(to - 1)) : null);
  }

  /// Which page is asked for.
  ///
  /// @param cursor the last item of the page before, or null for the first page
  public record Ask(@Nullable UUID cursor, int limit) {}

  /// The same page of other items.
  public <U> Page<U> map(Function<T, U> mapper) {
    return new Page<>(items.stream().map(mapper).toList(), next);
  }
}
