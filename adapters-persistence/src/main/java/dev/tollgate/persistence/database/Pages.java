package dev.tollgate.persistence.database;

import dev.tollgate.domain.stores.Page;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Keyset pages by id, newest first: one row more than asked for tells whether there is another
/// page.
public final class Pages {
  private static final UUID LAST = new UUID(-1L, -1L);

  private Pages() {}

  /// The id that a page's rows come before.
  public static UUID before(@Nullable UUID cursor) {
    return cursor == null ? LAST : cursor;
  }

  public static <T> Page<T> of(List<T> found, int limit, Function<T, UUID> id) {
    if (found.size() <= limit) {
      return new Page<>(found, null);
    }
    List<T> shown = found.subList(0, limit);
    return new Page<>(shown, id.apply(shown.getLast()));
  }
}
