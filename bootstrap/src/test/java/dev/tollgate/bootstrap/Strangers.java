package dev.tollgate.bootstrap;

import dev.tollgate.domain.keys.KeySecret;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// Callers who mean no good, from 127.0.0.2 to 127.0.0.250.
final class Strangers implements AutoCloseable {
  private static final int BODY = 10 << 20;

  private final int port;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ConcurrentLinkedQueue<Socket> idle = new ConcurrentLinkedQueue<>();
  private final AtomicInteger addresses = new AtomicInteger();
  private final AtomicLong wrong = new AtomicLong();
  private final AtomicLong bodies = new AtomicLong();
  private volatile boolean over;

  Strangers(int port) {
    this.port = port;
  }

  /// Wrong keys that were answered.
  long wrong() {
    return wrong.get();
  }

  /// Large bodies that were begun.
  long bodies() {
    return bodies.get();
  }

  int idle() {
    return idle.size();
  }

  void begin(int largeBodies, int idleConnections, int wrongKeysASecond, int deaf) {
    for (int i = 0; i < largeBodies; i++) {
      threads.execute(this::sendBodies);
    }
    threads.execute(() -> holdIdle(idleConnections));
    int guessers = 30;
    for (int i = 0; i < guessers; i++) {
      threads.execute(() -> guess(wrongKeysASecond / guessers));
    }
    for (int i = 0; i < deaf; i++) {
      threads.execute(this::neverRead);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket();
    int last = 2 + Math.floorMod(addresses.getAndIncrement(), 249);
    socket.bind(
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last}), 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    return socket;
  }

  /// One body after the other, each as far as it is taken, and no more than 40 MiB/s in all.
  private void sendBodies() {
    byte[] piece = new byte[64 << 10];
    while (!over) {
      try (Socket socket = connect()) {
        bodies.incrementAndGet();
        OutputStream out = socket.getOutputStream();
        out.write(
            ("POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer tgk_none\r\n"
                    + "content-length: "
                    + BODY
                    + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        for (int sent = 0; sent < BODY && !over; sent += piece.length) {
          out.write(piece);
          Thread.sleep(600);
        }
      } catch (IOException e) {
        // It was refused, as it should be.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void holdIdle(int count) {
    try {
      for (int i = 0; i < count && !over; i++) {
        idle.add(connect());
        if (i % 50 == 0) {
          Thread.sleep(20);
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("an idle connection was refused", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void guess(int eachSecond) {
    long pause = 1_000_000_000L / eachSecond;
    while (!over) {
      try (Socket socket = connect()) {
        InputStream in = socket.getInputStream();
        long next = System.nanoTime();
        byte[] answer = new byte[4_096];
        while (!over) {
          String key = KeySecret.generate(ThreadLocalRandom.current()).reveal();
          socket
              .getOutputStream()
              .write(
                  ("GET /v1/models HTTP/1.1\r\nhost: a\r\nauthorization: Bearer "
                          + key
                          + "\r\n\r\n")
                      .getBytes(StandardCharsets.US_ASCII));
          if (in.read(answer) < 0) {
            break;
          }
          wrong.incrementAndGet();
          next += pause;
          long wait = next - System.nanoTime();
          if (wait > 0) {
            Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
          }
        }
      } catch (IOException e) {
        // The next connection goes on.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /// Asks again and again, and reads nothing.
  private void neverRead() {
    byte[] ask =
        "GET / HTTP/1.1\r\nhost: a\r\n\r\n".repeat(200).getBytes(StandardCharsets.US_ASCII);
    while (!over) {
      try (Socket socket = connect()) {
        socket.setReceiveBufferSize(4_096);
        while (!over) {
          socket.getOutputStream().write(ask);
          Thread.sleep(100);
        }
      } catch (IOException e) {
        // It was cut off, as it should be.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    over = true;
    threads.shutdownNow();
    List<Socket> left = new ArrayList<>(idle);
    for (Socket each : left) {
      try {
        each.close();
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }
}
