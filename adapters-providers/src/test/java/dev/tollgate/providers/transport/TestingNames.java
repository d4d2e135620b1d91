package dev.tollgate.providers.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Names below `names.test` that resolve to what a test says, one answer after the other. Of all
/// other names only the machine's own are known: no test asks a name server.
public final class TestingNames extends InetAddressResolverProvider {
  private static final String SUFFIX = ".names.test";
  private static final Set<String> LOCAL = Set.of("localhost", "localhost.", "LOCALHOST");
  private static final Map<String, List<List<InetAddress>>> ANSWERS = new ConcurrentHashMap<>();
  private static final Map<String, AtomicInteger> ASKED = new ConcurrentHashMap<>();
  private static final Map<String, CountDownLatch> CLOSED = new ConcurrentHashMap<>();
  private static final Set<String> BY_VIRTUAL_THREAD = ConcurrentHashMap.newKeySet();

  /// Makes a name that gives these answers in turn, the last one for ever.
  static String name(String label, List<List<InetAddress>> answers) {
    String name = label + SUFFIX;
    ANSWERS.put(name, List.copyOf(answers));
    ASKED.put(name, new AtomicInteger());
    return name;
  }

  /// A name that is not answered before the latch is open.
  static String slowName(String label, CountDownLatch open, List<InetAddress> answer) {
    String name = name(label, List.of(answer));
    CLOSED.put(name, open);
    return name;
  }

  /// Whether a virtual thread has asked for the name, which the system's resolver would block.
  static boolean wasAskedByAVirtualThread(String name) {
    return BY_VIRTUAL_THREAD.contains(name);
  }

  static int asked(String name) {
    AtomicInteger count = ASKED.get(name);
    return count == null ? 0 : count.get();
  }

  private static void await(@Nullable CountDownLatch open) {
    try {
      if (open != null) {
        open.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public InetAddressResolver get(Configuration configuration) {
    InetAddressResolver usual = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        List<List<InetAddress>> answers = ANSWERS.get(host);
        AtomicInteger count = ASKED.get(host);
        if (answers == null || count == null) {
          if (LOCAL.contains(host)) {
            return Stream.of(InetAddress.getLoopbackAddress());
          }
          throw new UnknownHostException(host);
        }
        if (Thread.currentThread().isVirtual()) {
          BY_VIRTUAL_THREAD.add(host);
        }
        await(CLOSED.get(host));
        return answers.get(Math.min(count.getAndIncrement(), answers.size() - 1)).stream();
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        return usual.lookupByAddress(address);
      }
    };
  }

  @Override
  public String name() {
    return "testing names";
  }
}
