package dev.tollgate.application.relay;

import static dev.tollgate.application.relay.ScriptedEvents.events;
import static dev.tollgate.application.relay.ScriptedEvents.usage;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tollgate.application.relay.Relay.Ending;
import dev.tollgate.domain.inference.EventStream.Item;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.money.Money;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class RelayTest {
  private static final Item END = new Item.End();
  private final RecordingOutlet caller = new RecordingOutlet();

  @Test
  void eventsGoOutAsTheyComeAndTheLastPieceWhenItIsSettled() {
    Relay relay = relay(List.of(), events("a"), events("b"), usage("u", false), events("c"), END);

    assertThat(relay.run()).isInstanceOf(Ending.Complete.class);

    assertThat(caller.got()).isEqualTo("(ab");
    relay.finish(relay.last(new Money(1_000_000_000), true));
    assertThat(caller.got()).isEqualTo("(abu[1.00]c)");
  }

  @Test
  void whatIsNotSettledIsToldAsPending() {
    Relay relay = relay(List.of(), usage("u", false), END);
    relay.run();
    assertThat(new String(relay.last(null, false), StandardCharsets.UTF_8))
        .isEqualTo("u[- pending]");
  }

  @Test
  void aCallerWhoDidNotAskForUsageGetsNoEventOfItsOwnForIt() {
    ScriptedEvents script = new ScriptedEvents(events("a"), usage("u", true), events("done"), END);
    Relay relay = new Relay(script, caller, List.of(), new HoldUsage(false));
    relay.run();
    assertThat(new String(relay.last(new Money(1), true), StandardCharsets.UTF_8))
        .isEqualTo("done");
  }

  /// What screens holds back, what translates changes; they are passed in this order.
  @Test
  void stagesAreAppliedInTheirOrder() {
    Relay relay =
        relay(
            List.of(new HoldingOne(), new Shouting()),
            events("a"),
            events("b"),
            usage("u", false),
            events("c"),
            END);
    relay.run();
    assertThat(caller.got()).isEqualTo("(AB");
    assertThat(new String(relay.last(null, true), StandardCharsets.UTF_8)).isEqualTo("u[-]C");
  }

  @Test
  void whatAStageHoldsBackGoesOnAtTheEndOfTheStream() {
    Relay relay = relay(List.of(new HoldingOne()), events("a"), events("b"), END);
    relay.run();
    assertThat(caller.got()).isEqualTo("(ab");
  }

  @Test
  void aStreamThatBreaksSetsNothingFree() {
    Failure failure = Failure.of(Failure.Kind.BROKEN, "reset");
    Relay relay =
        relay(List.of(new HoldingOne()), events("a"), events("b"), new Item.Broken(failure, null));

    assertThat(relay.run())
        .isInstanceOfSatisfying(
            Ending.Broken.class, broken -> assertThat(broken.failure()).isSameAs(failure));

    assertThat(caller.got()).isEqualTo("(a");
  }

  @Test
  void nothingHasBegunWhenTheFirstItemIsAFailure() {
    Failure failure = Failure.of(Failure.Kind.CONNECT, "refused");
    Relay relay = relay(List.of(), new Item.Broken(failure, null));
    assertThat(relay.run()).isInstanceOf(Ending.Broken.class);
    assertThat(relay.hasBegun()).isFalse();
    assertThat(caller.got()).isEmpty();
  }

  @Test
  void aCallerWhoHangsUpEndsIt() {
    caller.gone = true;
    assertThat(relay(List.of(), events("a"), END).run()).isInstanceOf(Ending.Gone.class);
    assertThat(caller.got()).isEmpty();
  }

  @Test
  void aCallerWhoCannotBeReachedEndsItToo() {
    caller.unreachable = true;
    assertThat(relay(List.of(), events("a"), END).run()).isInstanceOf(Ending.Gone.class);
  }

  /// Stages that do nothing cost nothing: an event is passed on as it is.
  @Test
  void stagesThatDoNothingAllocateNothing() {
    List<Stage> three = List.of(Passing::new, Passing::new, Passing::new);
    for (int i = 0; i < 20; i++) {
      bytes(List.of());
      bytes(three);
    }
    long none = bytes(List.of());
    long some = bytes(three);
    // What the stages themselves take is made once for each stream.
    assertThat(some - none).isLessThan(1_000);
  }

  /// Bytes that a stream of 10,000 events allocates.
  private static long bytes(List<Stage> stages) {
    Item[] script = new Item[10_001];
    Item event = events("data: {}\n\n");
    for (int i = 0; i < script.length - 1; i++) {
      script[i] = event;
    }
    script[script.length - 1] = END;
    Relay relay =
        new Relay(new ScriptedEvents(script), new DeafOutlet(), stages, new HoldUsage(true));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    relay.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private Relay relay(List<Stage> stages, Item... script) {
    return new Relay(new ScriptedEvents(script), caller, stages, new HoldUsage(true));
  }

  /// Passes everything on.
  private record Passing(Sink next) implements Sink {
    @Override
    public void events(Item.Events events) {
      next.events(events);
    }

    @Override
    public void usage(Item.FinalUsage usage) {
      next.usage(usage);
    }

    @Override
    public void end() {
      next.end();
    }
  }

  /// Holds the latest events back, as a screen does that must see what follows them.
  private static final class HoldingOne implements Stage {
    @Override
    public Sink before(Sink next) {
      return new Sink() {
        private Item.Events held = ScriptedEvents.events("");

        @Override
        public void events(Item.Events events) {
          free();
          held = events;
        }

        @Override
        public void usage(Item.FinalUsage usage) {
          free();
          next.usage(usage);
        }

        @Override
        public void end() {
          free();
          next.end();
        }

        private void free() {
          if (held.length() > 0) {
            next.events(held);
            held = ScriptedEvents.events("");
          }
        }
      };
    }
  }

  /// Writes everything in capitals, as a translation writes it in another dialect.
  private static final class Shouting implements Stage {
    @Override
    public Sink before(Sink next) {
      return new Sink() {
        @Override
        public void events(Item.Events events) {
          String text =
              new String(events.bytes(), events.offset(), events.length(), StandardCharsets.UTF_8);
          next.events(ScriptedEvents.events(text.toUpperCase(Locale.ROOT)));
        }

        @Override
        public void usage(Item.FinalUsage usage) {
          next.usage(usage);
        }

        @Override
        public void end() {
          next.end();
        }
      };
    }
  }

  private static final class DeafOutlet implements Outlet {
    @Override
    public void begin() {}

    @Override
    public void write(byte[] bytes, int offset, int length) {}

    @Override
    public void keepAlive() {}

    @Override
    public void end() {}

    @Override
    public void watch(Runnable whenGone) {}

    @Override
    public boolean isGone() {
      return false;
    }
  }
}
