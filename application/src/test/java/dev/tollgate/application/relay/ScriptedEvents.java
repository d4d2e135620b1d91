package dev.tollgate.application.relay;

import dev.tollgate.domain.inference.EventStream;
import dev.tollgate.domain.inference.ModelProvider.Silence;
import dev.tollgate.domain.inference.ReportedUsage;
import dev.tollgate.domain.money.Money;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A provider's stream that answers what it is told to.
class ScriptedEvents implements EventStream {
  private final Deque<Item> items = new ArrayDeque<>();
  final List<Duration> hurried = new ArrayList<>();
  @Nullable Silence silence;
  boolean finishing;
  boolean closed;

  ScriptedEvents(Item... script) {
    items.addAll(List.of(script));
  }

  static Item.Events events(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Item.Events(bytes, 0, bytes.length);
  }

  /// An event with the final usage, which shows its cost in brackets.
  static Item.FinalUsage usage(String text, boolean usageOnly) {
    return new Item.FinalUsage(
        new UsageEvent() {
          @Override
          public byte[] bytes() {
            return text.getBytes(StandardCharsets.UTF_8);
          }

          @Override
          public byte[] settled(@Nullable Money cost, boolean committed) {
            String told = cost == null ? "-" : cost.usd();
            return (text + '[' + told + (committed ? "]" : " pending]"))
                .getBytes(StandardCharsets.UTF_8);
          }
        },
        usageOnly);
  }

  @Override
  public Item next() {
    return items.remove();
  }

  @Override
  public void onSilence(Silence told) {
    silence = told;
  }

  @Override
  public void hurry(Duration most) {
    hurried.add(most);
  }

  @Override
  public ReportedUsage reported() {
    return ReportedUsage.NOTHING;
  }

  @Override
  public boolean usageIsFinal() {
    return false;
  }

  @Override
  public boolean isFinishing() {
    return finishing;
  }

  @Override
  public String emittedText() {
    return "";
  }

  @Override
  public @Nullable Origin origin() {
    return null;
  }

  @Override
  public void close() {
    closed = true;
  }
}
