package dev.tollgate.providers.transport;

import dev.tollgate.domain.inference.ModelProvider.Silence;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Watches over reads that wait for a provider, so that they need no time-out of their own: a timer
/// wakes two threads when it is set and two when it is taken back, for every piece of a stream.
/// Looking through all that wait now and then costs less. One thread for the whole process.
final class ReadWatch {
  private static final Logger LOG = System.getLogger(ReadWatch.class.getName());
  private static final ReadWatch INSTANCE = new ReadWatch();
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final long MOMENT = Duration.ofMillis(200).toNanos();
  private static final long LASTING = Duration.ofSeconds(15).toNanos();

  /// A watch that has not looked for so long was not running, and neither was anything else here.
  private static final long PAUSE = Duration.ofMillis(500).toNanos();

  /// After a pause of the process, what lies in the sockets is read before time-outs are judged.
  private static final long GRACE = Duration.ofSeconds(1).toNanos();

  private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
  private volatile long lastLook = System.nanoTime();
  private volatile long pausedUntil = System.nanoTime() - 1;

  private ReadWatch() {
    Thread.ofPlatform().daemon().name("read-watch").start(this::look);
  }

  static ReadWatch instance() {
    return INSTANCE;
  }

  /// Who reads one answer. One thread reads; the watch looks on from another.
  static final class Reader {
    private static final long NOT_WAITING = 0;

    private final Runnable abort;
    private volatile Silence silence;

    /// When the wait began that is on now.
    private volatile long since = NOT_WAITING;

    private volatile long deadline;
    private volatile long end;
    private volatile boolean overdue;

    /// The wait that the silence is told of, and when it was last. Of the watch alone.
    private long toldOf = NOT_WAITING;

    private long told;

    /// @param end by when everything has to be read
    /// @param abort breaks the read off; may be called more than once
    Reader(long end, Silence silence, Runnable abort) {
      this.end = end;
      this.silence = silence;
      this.abort = abort;
    }

    /// A wait begins, which may take so long, in nanoseconds.
    void waits(long now, long most) {
      deadline = now + most;
      since = now == NOT_WAITING ? 1 : now;
    }

    /// The wait is over.
    void goesOn() {
      since = NOT_WAITING;
    }

    void onSilence(Silence listener) {
      silence = listener;
    }

    void hurry(long now, long most) {
      if (end - now > most) {
        end = now + most;
      }
    }

    /// Whether everything should have been read by now. Not right after a pause of the process.
    boolean isAtEnd(long now) {
      return now - end >= 0 && !INSTANCE.isJustBack(now);
    }

    /// Whether a read was broken off because it took too long.
    boolean isOverdue() {
      return overdue;
    }

    private void check(long now) {
      long began = since;
      if (began == NOT_WAITING) {
        return;
      }
      if (now - deadline >= 0 || now - end >= 0) {
        if (!INSTANCE.isJustBack(now)) {
          overdue = true;
          abort.run();
        }
      } else if (toldOf == began && now - told >= LASTING) {
        told = now;
        silence.lasts();
      } else if (toldOf != began && now - began >= MOMENT) {
        toldOf = began;
        told = now;
        silence.begins(abort);
      }
    }
  }

  /// Whether the process has just gone on after a pause.
  private boolean isJustBack(long now) {
    return now - pausedUntil < 0 || now - lastLook > PAUSE;
  }

  void add(Reader reader) {
    readers.add(reader);
  }

  void remove(Reader reader) {
    readers.remove(reader);
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(LOOK);
        long now = System.nanoTime();
        if (now - lastLook > PAUSE) {
          pausedUntil = now + GRACE;
        }
        lastLook = now;
        readers.forEach(reader -> check(reader, now));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// What goes wrong with one must not leave the others unwatched.
  private static void check(Reader reader, long now) {
    try {
      reader.check(now);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A provider's silence could not be dealt with.", e);
    }
  }
}
