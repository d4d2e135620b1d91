package dev.tollgate.http.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.PlainSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WatchedWriterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ServerSocket listener;
  private Socket near;
  private Socket far;
  private SocketWait wait;

  @BeforeEach
  void connect() throws Exception {
    listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    far = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
    near = listener.accept();
    wait = new SocketWait(PlainSocket.server(near, "near", "test"));
  }

  @AfterEach
  void disconnect() throws Exception {
    near.close();
    far.close();
    listener.close();
  }

  @Test
  void whatIsWrittenArrivesAsItIsInSlices() {
    byte[] bytes = new byte[1_000_000];
    new Random(1).nextBytes(bytes);
    Noting noting = new Noting();

    new WatchedWriter(noting, wait).writeNow(BufferData.create(bytes));

    assertThat(noting.bytes.toByteArray()).isEqualTo(bytes);
    assertThat(noting.sizes).hasSize(4).allMatch(size -> size <= 256 << 10);
  }

  @Test
  void whatIsNotTakenIsOverdueAfterHalfAMinute() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    WatchedWriter writer =
        new WatchedWriter(
            new Noting() {
              @Override
              public void writeNow(BufferData buffer) {
                writing.countDown();
                try {
                  release.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            },
            wait);
    long now = System.nanoTime();
    assertThat(writer.isOverdue(now + PATIENCE.toNanos() * 2)).isFalse();

    Thread thread = Thread.ofVirtual().start(() -> writer.writeNow(BufferData.create(new byte[1])));
    writing.await();

    assertThat(writer.isOverdue(System.nanoTime())).isFalse();
    assertThat(writer.isOverdue(System.nanoTime() + PATIENCE.plusSeconds(1).toNanos())).isTrue();
    release.countDown();
    thread.join();
    assertThat(writer.isOverdue(System.nanoTime() + PATIENCE.plusSeconds(1).toNanos())).isFalse();
  }

  /// A caller who never reads: the write ends when the watch breaks it off.
  @Test
  void aWriteThatBlocksEndsWhenItIsBrokenOff() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    near.getOutputStream().write(new byte[64 << 20]);
                  } catch (IOException e) {
                    ended.countDown();
                  }
                });
    Thread.sleep(300);
    assertThat(thread.isAlive()).isTrue();

    wait.breakOff();

    ended.await();
    thread.join();
  }

  /// Keeps what is written to it.
  private static class Noting implements DataWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<Integer> sizes = new ArrayList<>();

    @Override
    public void write(BufferData... buffers) {
      throw new AssertionError("slices are written one at a time");
    }

    @Override
    public void write(BufferData buffer) {
      writeNow(buffer);
    }

    @Override
    public void writeNow(BufferData... buffers) {
      throw new AssertionError("slices are written one at a time");
    }

    @Override
    public void writeNow(BufferData buffer) {
      byte[] read = new byte[buffer.available()];
      buffer.read(read);
      sizes.add(read.length);
      bytes.writeBytes(read);
    }
  }
}
