package dev.tollgate.providers.transport;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// Names below `names.test` that resolve to what a test says, one answer after the other. All other
/// names resolve as usual.
public final class TestingNames extends InetAddressResolverProvider {
  private static final String SUFFIX = ".names.test";
  private static final Map<String, List<List<InetAddress>>> ANSWERS = new ConcurrentHashMap<>();
  private static final Map<String, AtomicInteger> ASKED = new ConcurrentHashMap<>();

  /// Makes a name that gives these answers in turn, the last one for ever.
  static String name(String label, List<List<InetAddress>> answers) {
    String name = label + SUFFIX;
    ANSWERS.put(name, List.copyOf(answers));
    ASKED.put(name, new AtomicInteger());
    return name;
  }

  static int asked(String name) {
    AtomicInteger count = ASKED.get(name);
    return count == null ? 0 : count.get();
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
          return usual.lookupByName(host, policy);
        }
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
