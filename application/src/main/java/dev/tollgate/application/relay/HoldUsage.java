package dev.tollgate.application.relay;

import dev.tollgate.domain.inference.EventStream.Item;
import dev.tollgate.domain.money.Money;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The last stage: from the event with the final usage on, everything is held back until the call
/// is settled, so that the last byte never reaches a caller before the commit.
public final class HoldUsage implements Stage {
  private final boolean shown;
  private final List<Item> held = new ArrayList<>(2);

  /// @param shown whether the caller gets an event that carries nothing but usage
  public HoldUsage(boolean shown) {
    this.shown = shown;
  }

  @Override
  public Sink before(Sink next) {
    return new Sink() {
      @Override
      public void events(Item.Events events) {
        if (held.isEmpty()) {
          next.events(events);
        } else {
          held.add(events);
        }
      }

      @Override
      public void usage(Item.FinalUsage usage) {
        held.add(usage);
      }

      @Override
      public void end() {
        // What is held goes out by itself, with the cost in it.
      }
    };
  }

  /// What was held back, in one piece.
  ///
  /// @param cost what the call costs, or null when nothing could be priced
  /// @param committed whether the call is settled
  public byte[] last(@Nullable Money cost, boolean committed) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1_024);
    for (Item item : held) {
      switch (item) {
        case Item.FinalUsage usage -> {
          if (shown || !usage.usageOnly()) {
            out.writeBytes(usage.event().settled(cost, committed));
          }
        }
        case Item.Events more -> out.write(more.bytes(), more.offset(), more.length());
        case Item.End _, Item.Broken _ ->
            throw new IllegalStateException("not an item to be held: " + item);
      }
    }
    return out.toByteArray();
  }
}
