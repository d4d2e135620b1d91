package dev.tollgate.providers.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Asks the system for the addresses of a name. The system's resolver blocks the thread it is
/// called from, and with it the core that a virtual thread runs on: a name server that does not
/// answer would bring every call to a halt. So it is asked on threads of its own, one for each name
/// that is being looked up.
final class NameLookup {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Executor THREADS =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("name-lookup-", 0).factory());
  private static final ConcurrentHashMap<String, CompletableFuture<InetAddress[]>> UNDER_WAY =
      new ConcurrentHashMap<>();

  private NameLookup() {}

  /// @throws UnknownHostException when it has none, or the answer does not come within five seconds
  static InetAddress[] of(String name) throws UnknownHostException {
    CompletableFuture<InetAddress[]> answer =
        UNDER_WAY.computeIfAbsent(
            name, each -> CompletableFuture.supplyAsync(() -> ask(each), THREADS));
    try {
      return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unknown(name, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw unknown(name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(name, e);
    }
  }

  private static InetAddress[] ask(String name) {
    try {
      return InetAddress.getAllByName(name);
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    } finally {
      UNDER_WAY.remove(name);
    }
  }

  private static UnknownHostException unknown(String name, Throwable cause) {
    UnknownHostException unknown = new UnknownHostException(name);
    unknown.initCause(cause);
    return unknown;
  }
}
