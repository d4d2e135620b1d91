package dev.tollgate.domain.audit;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a use case leaves for the audit log: the object it changed, as it was and as it became. The
/// last word counts. Not thread-safe; one for each request.
public final class Trail {
  private final Map<String, Trail> parts = new TreeMap<>();
  private @Nullable Object object;
  private @Nullable Object before;
  private @Nullable Object after;

  /// For what is done to another object on the way, under an action of its own.
  public Trail part(String action) {
    return parts.computeIfAbsent(action, _ -> new Trail());
  }

  /// What was done on the way, by action; those that did nothing are not among them.
  public Map<String, Trail> parts() {
    Map<String, Trail> done = new TreeMap<>(parts);
    done.values().removeIf(each -> each.object() == null);
    return done;
  }

  /// An object was made.
  public void made(Object id, Object as) {
    set(id, null, as);
  }

  /// An object was changed.
  public void changed(Object id, Object from, Object to) {
    set(id, from, to);
  }

  /// An object was removed.
  public void removed(Object id, Object was) {
    set(id, was, null);
  }

  /// An object was read that not everybody may read.
  public void read(Object id) {
    set(id, null, null);
  }

  private void set(Object id, @Nullable Object from, @Nullable Object to) {
    object = id;
    before = from;
    after = to;
  }

  /// The id of the object, or null when nothing was done to any.
  public @Nullable Object object() {
    return object;
  }

  public @Nullable Object before() {
    return before;
  }

  public @Nullable Object after() {
    return after;
  }
}
