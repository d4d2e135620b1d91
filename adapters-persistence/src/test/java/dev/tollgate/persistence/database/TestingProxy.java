package dev.tollgate.persistence.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Stands between a client and the shared database, and breaks or holds up what goes through when
/// told to: the database stays up, only the way to it fails.
public final class TestingProxy implements AutoCloseable {
  /// The name by which the writer introduces itself.
  private static final String WRITER = "tollgate writer";

  private final ServerSocket server;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger answers = new AtomicInteger();
  private volatile boolean refusing;
  private volatile int cutEvery;
  private volatile @Nullable Hold hold;

  private record Hold(CountDownLatch held, CountDownLatch released) {}

  private TestingProxy(ServerSocket server, int target) {
    this.server = server;
    this.target = target;
  }

  public static TestingProxy start() {
    try {
      var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      var proxy = new TestingProxy(server, TestingDatabase.shared().port());
      Thread.ofVirtual().start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The shared database by way of this proxy.
  public DatabaseConfig config() {
    DatabaseConfig direct = TestingDatabase.shared().config();
    String url = direct.url().replace(":" + target + "/", ":" + server.getLocalPort() + "/");
    return new DatabaseConfig(url, direct.passwords());
  }

  /// Ends all connections and lets no new one through.
  public void refuse() {
    refusing = true;
    open.forEach(TestingProxy::end);
  }

  /// Lets everything through again.
  public void restore() {
    refusing = false;
    cutEvery = 0;
  }

  /// Ends the writer's connection instead of passing on its next answer, and refuses from then on:
  /// the database has done what it was asked, and the client does not learn of it. What the pools
  /// ask meanwhile does not count.
  public void loseNextAnswerAndRefuse() {
    answers.set(0);
    cutEvery = 1;
  }

  /// Ends the writer's connection instead of passing on every so many of its answers.
  public void loseOneAnswerIn(int count) {
    answers.set(0);
    cutEvery = count;
  }

  /// Holds answers back.
  public void hold() {
    hold = new Hold(new CountDownLatch(1), new CountDownLatch(1));
  }

  /// Waits until there is an answer that is held back.
  public boolean isHolding() throws InterruptedException {
    Hold current = hold;
    return current != null && current.held().await(5, TimeUnit.SECONDS);
  }

  public void release() {
    Hold current = hold;
    hold = null;
    if (current != null) {
      current.released().countDown();
    }
  }

  @Override
  public void close() {
    refuse();
    release();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        if (refusing) {
          end(client);
          continue;
        }
        Socket database = new Socket(InetAddress.getLoopbackAddress(), target);
        client.setTcpNoDelay(true);
        database.setTcpNoDelay(true);
        open.add(client);
        open.add(database);
        AtomicBoolean writers = new AtomicBoolean();
        Thread.ofVirtual().start(() -> ask(client, database, writers));
        Thread.ofVirtual().start(() -> answer(database, client, writers));
      } catch (IOException e) {
        // Closed, or the database is not there: the client sees its connection end.
      }
    }
  }

  private void ask(Socket client, Socket database, AtomicBoolean writers) {
    pass(
        client,
        database,
        bytes -> {
          if (!writers.get() && bytes.contains(WRITER)) {
            writers.set(true);
          }
          return true;
        });
  }

  private void answer(Socket database, Socket client, AtomicBoolean writers) {
    pass(database, client, _ -> mayPass(writers.get()));
  }

  private interface Guard {
    boolean mayPass(String bytes) throws InterruptedException;
  }

  private void pass(Socket from, Socket to, Guard guard) {
    byte[] buffer = new byte[65_536];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (!guard.mayPass(new String(buffer, 0, read, StandardCharsets.ISO_8859_1))) {
          return;
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // One side is gone; the other is closed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private boolean mayPass(boolean writers) throws InterruptedException {
    Hold current = hold;
    if (current != null) {
      current.held().countDown();
      current.released().await();
    }
    int every = cutEvery;
    if (every == 0 || !writers || answers.incrementAndGet() % every != 0) {
      return true;
    }
    if (every == 1) {
      refuse();
    }
    return false;
  }

  private static void end(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is as good as closed.
    }
  }
}
