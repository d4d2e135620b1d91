package dev.tollgate.bootstrap;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.Set;
import java.util.stream.Stream;

/// Only the machine's own names are known: no test asks a name server.
public final class LocalNames extends InetAddressResolverProvider {
  private static final Set<String> LOCAL = Set.of("localhost", "localhost.");

  @Override
  public InetAddressResolver get(Configuration configuration) {
    InetAddressResolver usual = configuration.builtinResolver();
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        String own = configuration.lookupLocalHostName();
        if (LOCAL.contains(host) || host.equals(own)) {
          return Stream.of(InetAddress.getLoopbackAddress());
        }
        throw new UnknownHostException(host);
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        return usual.lookupByAddress(address);
      }
    };
  }

  @Override
  public String name() {
    return "local names";
  }
}
