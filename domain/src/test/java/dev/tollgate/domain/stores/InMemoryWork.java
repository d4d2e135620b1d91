package dev.tollgate.domain.stores;

import dev.tollgate.domain.ids.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Units of work over stores in memory, for tests. Stores that can forget what a unit did are told
/// how it ended; the others keep what they were given.
public final class InMemoryWork implements Work {
  private static final ThreadLocal<@Nullable Open> OPEN = new ThreadLocal<>();

  private record Open(List<Runnable> afterwards, List<Runnable> ends, AtomicBoolean undone)
      implements Unit {
    @Override
    public void undo() {
      undone.set(true);
    }
  }

  @Override
  public <T> T inTenant(TenantId tenant, Function<Unit, T> work) {
    if (OPEN.get() != null) {
      throw new IllegalStateException("a unit of work is open already");
    }
    Open unit = new Open(new ArrayList<>(), new ArrayList<>(), new AtomicBoolean(true));
    OPEN.set(unit);
    T result;
    try {
      unit.undone().set(false);
      result = work.apply(unit);
    } catch (RuntimeException e) {
      unit.undone().set(true);
      throw e;
    } finally {
      OPEN.remove();
      unit.ends().forEach(Runnable::run);
    }
    if (!unit.undone().get()) {
      unit.afterwards().forEach(Runnable::run);
    }
    return result;
  }

  @Override
  public void afterwards(Runnable action) {
    Open unit = OPEN.get();
    if (unit == null) {
      action.run();
    } else {
      unit.afterwards().add(action);
    }
  }

  /// Runs something when the open unit ends, however it does.
  ///
  /// @return whether the unit was undone, once it has ended
  AtomicBoolean atTheEnd(Runnable action) {
    Open unit = OPEN.get();
    if (unit == null) {
      throw new IllegalStateException("no unit of work is open");
    }
    unit.ends().add(action);
    return unit.undone();
  }
}
