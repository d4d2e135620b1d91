package dev.tollgate.providers.transport;

import dev.tollgate.dialects.upstream.UpstreamFailure;
import dev.tollgate.domain.inference.Failure;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/// Decides which addresses a base URL may lead to. A name is resolved once for each connection,
/// every address it has is checked, and the connection goes to one that was checked, so that a name
/// that changes its answer gains nothing. Link-local (where cloud metadata lives), multicast and
/// unspecified addresses are never allowed; private ones and loopback only where the administrator
/// allowed them for the provider.
final class AddressGuard {
  private final boolean allowPrivate;

  AddressGuard(boolean allowPrivate) {
    this.allowPrivate = allowPrivate;
  }

  /// @throws UpstreamFailure when the name is unknown or any of its addresses is not allowed
  InetAddress resolve(String hostname) {
    try {
      InetAddress[] addresses = NameLookup.of(hostname);
      for (InetAddress address : addresses) {
        if (!isAllowed(address)) {
          throw new UpstreamFailure(
              Failure.Kind.CONNECT,
              "The provider's host leads to an address that is not allowed. Set"
                  + " allow_private_network for the provider if it is meant to be in a private"
                  + " network.");
        }
      }
      return addresses[0];
    } catch (UnknownHostException e) {
      throw new UpstreamFailure(
          Failure.Kind.CONNECT, "The provider's host name could not be resolved.");
    }
  }

  boolean isAllowed(InetAddress address) {
    byte[] bytes = embeddedIpv4(address.getAddress());
    if (isNever(bytes)) {
      return false;
    }
    return allowPrivate || !isPrivate(bytes);
  }

  private static boolean isNever(byte[] a) {
    if (isMetadata(a)) {
      return true;
    }
    if (a.length == 4) {
      int first = a[0] & 0xff;
      return first == 0 || first >= 224 || first == 169 && (a[1] & 0xff) == 254;
    }
    boolean linkLocal = (a[0] & 0xff) == 0xfe && (a[1] & 0xc0) == 0x80;
    boolean multicast = (a[0] & 0xff) == 0xff;
    return linkLocal || multicast || isZero(a, 16);
  }

  private static boolean isMetadata(byte[] a) {
    for (byte[] each : METADATA) {
      if (Arrays.equals(a, each)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPrivate(byte[] a) {
    int first = a[0] & 0xff;
    if (a.length == 4) {
      int second = a[1] & 0xff;
      return first == 10
          || first == 127
          || first == 172 && second >= 16 && second < 32
          || first == 192 && second == 168
          || first == 192 && second == 0 && a[2] == 0
          || first == 198 && (second == 18 || second == 19)
          || first == 100 && second >= 64 && second < 128;
    }
    // Only 2000::/3 is public, and of it not 2001::/23, which holds Teredo and other tunnels.
    boolean unicast = (first & 0xe0) == 0x20;
    boolean special = first == 0x20 && a[1] == 1 && (a[2] & 0xfe) == 0;
    return !unicast || special;
  }

  /// The IPv4 address inside an IPv6 one that only wraps it: mapped, compatible, NAT64, 6to4.
  private static byte[] embeddedIpv4(byte[] a) {
    if (a.length != 16) {
      return a;
    }
    boolean mapped = isZero(a, 10) && a[10] == (byte) 0xff && a[11] == (byte) 0xff;
    boolean compatible = isZero(a, 12) && !(isZero(a, 15) && (a[15] == 0 || a[15] == 1));
    boolean translated = isZero(a, 8) && a[8] == -1 && a[9] == -1 && a[10] == 0 && a[11] == 0;
    boolean nat64 = Arrays.equals(a, 0, 12, NAT64, 0, 12);
    if (mapped || compatible || translated || nat64) {
      return Arrays.copyOfRange(a, 12, 16);
    }
    if (a[0] == 0x20 && a[1] == 0x02) {
      return Arrays.copyOfRange(a, 2, 6);
    }
    return a;
  }

  private static boolean isZero(byte[] a, int count) {
    for (int i = 0; i < count; i++) {
      if (a[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static final byte[] NAT64 = {0, 0x64, -1, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};

  /// Addresses of clouds' metadata services that are not link-local: AWS and Google over IPv6,
  /// Azure's wire server, Alibaba, Oracle.
  private static final byte[][] METADATA = {
    {(byte) 0xfd, 0, 0x0e, (byte) 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
    {(byte) 0xfd, 0x20, 0, (byte) 0xce, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54},
    {(byte) 168, 63, (byte) 129, 16},
    {100, 100, 100, (byte) 200},
    {(byte) 192, 0, 0, (byte) 192},
  };
}
