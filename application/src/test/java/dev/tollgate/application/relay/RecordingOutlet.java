package dev.tollgate.application.relay;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A caller's end that notes what it gets: `(` is the head, `)` the end, `:` a sign of life.
final class RecordingOutlet implements Outlet {
  private final StringBuilder got = new StringBuilder();
  final List<Runnable> watching = new ArrayList<>();
  boolean gone;
  boolean unreachable;

  String got() {
    return got.toString();
  }

  @Override
  public void begin() {
    send("(");
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    send(new String(bytes, offset, length, StandardCharsets.UTF_8));
  }

  @Override
  public void keepAlive() {
    send(":");
  }

  @Override
  public void end() {
    send(")");
  }

  @Override
  public void watch(Runnable whenGone) {
    watching.add(whenGone);
  }

  @Override
  public boolean isGone() {
    return gone;
  }

  private void send(String text) {
    if (unreachable) {
      throw new CallerGone(new IOException("broken pipe"));
    }
    got.append(text);
  }
}
