package dev.tollgate.application.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LivenessTest {
  private final ScriptedEvents events = new ScriptedEvents();
  private final RecordingOutlet caller = new RecordingOutlet();
  private final Line line = new Line(caller);
  private final Liveness liveness = new Liveness(events, line, caller);
  private final AtomicInteger aborted = new AtomicInteger();

  @Test
  void aSilentStreamHasItsCallerWatchedOnce() {
    liveness.begins(aborted::incrementAndGet);
    liveness.begins(aborted::incrementAndGet);
    assertThat(caller.watching).hasSize(1);
    assertThat(caller.got()).isEmpty();
  }

  @Test
  void aCallerWhoHangsUpBreaksItOff() {
    liveness.begins(aborted::incrementAndGet);
    caller.watching.getFirst().run();
    assertThat(aborted).hasValue(1);
    assertThat(events.hurried).isEmpty();
  }

  @Test
  void aModelThatIsDoneHasAMomentForItsUsage() {
    events.finishing = true;
    liveness.begins(aborted::incrementAndGet);
    caller.watching.getFirst().run();
    assertThat(aborted).hasValue(0);
    assertThat(events.hurried).containsExactly(Liveness.AFTERMATH);
  }

  @Test
  void aSignOfLifeComesBehindTheHead() {
    line.keepAlive();
    line.keepAlive();
    assertThat(caller.got()).isEqualTo("(::");
    assertThat(line.hasBegun()).isTrue();
  }

  @Test
  void aLineThatIsClosedGetsNone() {
    line.close();
    line.keepAlive();
    assertThat(caller.got()).isEmpty();
  }

  @Test
  void aSignOfLifeThatCannotBeDeliveredEndsTheStream() throws InterruptedException {
    caller.unreachable = true;
    CountDownLatch ended = new CountDownLatch(1);
    Liveness watch =
        new Liveness(
            new ScriptedEvents() {
              @Override
              public void close() {
                ended.countDown();
              }
            },
            line,
            caller);
    watch.lasts();
    assertThat(ended.await(5, TimeUnit.SECONDS)).isTrue();
  }
}
