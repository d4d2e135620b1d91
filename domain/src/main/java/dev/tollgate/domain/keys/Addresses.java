package dev.tollgate.domain.keys;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/// Literal IP addresses as bytes.
public final class Addresses {
  private Addresses() {}

  /// @throws IllegalArgumentException when the text is not a literal IPv4 or IPv6 address
  public static byte[] parse(String text) {
    try {
      return InetAddress.ofLiteral(text).getAddress();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an IP address: " + text, e);
    }
  }

  static String format(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  /// An IPv4 address that was written as IPv6 (`::ffff:10.0.0.1`) in its 4-byte form.
  static byte[] unmap(byte[] address) {
    if (address.length == 16) {
      for (int i = 0; i < 12; i++) {
        if (address[i] != (i < 10 ? 0 : (byte) 0xff)) {
          return address;
        }
      }
      return Arrays.copyOfRange(address, 12, 16);
    }
    return address;
  }
}
