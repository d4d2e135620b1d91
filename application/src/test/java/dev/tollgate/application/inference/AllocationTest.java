package dev.tollgate.application.inference;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/// What the use case allocates for one call under a budget, ports aside. Stable, unlike time: a
/// number that grows is a step back that somebody should have wanted.
class AllocationTest {
  private static final long MOST_BYTES = 4_000;

  @Test
  void aCallUnderABudgetAllocatesLittle() {
    TestingChat chat = new TestingChat();
    ServeCall serveCall = chat.serveCall(TestingChat.answering());
    for (int i = 0; i < 20_000; i++) {
      chat.call(serveCall);
    }
    chat.forget(0);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    int calls = 10_000;
    for (int i = 0; i < calls; i++) {
      chat.call(serveCall);
    }
    long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / calls;
    System.out.printf("allocated by the use case for one call: %d bytes%n", bytes);
    assertThat(chat.answered()).isEqualTo(30_000);
    assertThat(bytes).isLessThan(MOST_BYTES);
  }
}
