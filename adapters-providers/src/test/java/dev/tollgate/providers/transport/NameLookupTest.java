package dev.tollgate.providers.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class NameLookupTest {
  private final List<InetAddress> answer = List.of(InetAddress.getLoopbackAddress());

  @Test
  void noVirtualThreadIsBlockedAndANameIsAskedForOnceAtATime() throws Exception {
    CountDownLatch open = new CountDownLatch(1);
    String name = TestingNames.slowName("slow", open, answer);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<InetAddress[]>> waiting = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        waiting.add(callers.submit(() -> NameLookup.of(name)));
      }
      open.countDown();
      for (Future<InetAddress[]> each : waiting) {
        assertThat(each.get()).containsExactlyElementsOf(answer);
      }
    }
    assertThat(TestingNames.wasAskedByAVirtualThread(name)).isFalse();
    assertThat(TestingNames.asked(name)).isEqualTo(1);
  }

  @Test
  void aNameThatIsNotAnsweredIsUnknownAfterAWhile() {
    CountDownLatch open = new CountDownLatch(1);
    String name = TestingNames.slowName("silent", open, answer);
    assertThatThrownBy(() -> NameLookup.of(name)).isInstanceOf(UnknownHostException.class);
    open.countDown();
  }

  @Test
  void anUnknownNameIsUnknownAtOnce() {
    assertThatThrownBy(() -> NameLookup.of("no-such-host.invalid"))
        .isInstanceOf(UnknownHostException.class);
  }
}
