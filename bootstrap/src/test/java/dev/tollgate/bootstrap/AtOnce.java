package dev.tollgate.bootstrap;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/// Requests that meet.
final class AtOnce {
  private static final ExecutorService THREADS =
      Executors.newFixedThreadPool(2, Thread.ofPlatform().daemon().factory());

  private AtOnce() {}

  /// Both at once, as exactly as two threads can. Not for two tests at a time.
  ///
  /// @return their answers, in this order
  static List<HttpResponse<String>> both(
      Supplier<HttpResponse<String>> one, Supplier<HttpResponse<String>> two) throws Exception {
    CountDownLatch ready = new CountDownLatch(2);
    List<Future<HttpResponse<String>>> answers = new ArrayList<>();
    for (Supplier<HttpResponse<String>> each : List.of(one, two)) {
      answers.add(
          THREADS.submit(
              () -> {
                ready.countDown();
                ready.await();
                return each.get();
              }));
    }
    return List.of(answers.get(0).get(), answers.get(1).get());
  }
}
