package dev.tollgate.domain.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Waits for what another thread, process or node brings about, and asks again until it is so.
/// Thread-safe.
public final class Eventually {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long PAUSE_MILLIS = 10;

  private Eventually() {}

  /// Waits 20 seconds at most.
  ///
  /// @param what what is waited for, for the failure
  /// @throws AssertionError when it does not come true, or asking fails
  public static void holds(String what, Callable<Boolean> condition) {
    holds(what, PATIENCE, condition);
  }

  /// Waits so long at most.
  ///
  /// @param what what is waited for, for the failure
  /// @throws AssertionError when it does not come true, or asking fails
  public static void holds(String what, Duration patience, Callable<Boolean> condition) {
    answer(what, patience, condition, Boolean::booleanValue);
  }

  /// Waits 20 seconds at most.
  ///
  /// @param what what is waited for, for the failure
  /// @return the first answer that is right
  /// @throws AssertionError with the last answer when none is, or asking fails
  public static <T extends @Nullable Object> T answer(
      String what, Callable<T> question, Predicate<? super T> isRight) {
    return answer(what, PATIENCE, question, isRight);
  }

  /// Waits so long at most.
  ///
  /// @param what what is waited for, for the failure
  /// @return the first answer that is right
  /// @throws AssertionError with the last answer when none is, or asking fails
  public static <T extends @Nullable Object> T answer(
      String what, Duration patience, Callable<T> question, Predicate<? super T> isRight) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      while (true) {
        T answer = question.call();
        if (isRight.test(answer)) {
          return answer;
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError(what + ": not within " + patience + ", but " + answer);
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(what + ": interrupted", e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError(what + ": " + e.getMessage(), e);
    }
  }
}
