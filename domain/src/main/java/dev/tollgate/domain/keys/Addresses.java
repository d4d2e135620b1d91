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
      throw new IllegalArgumentException("must be an IP address", e);
    }
  }

  /// IPv6 in its short form (RFC 5952): the longest run of zeros is left out.
  static String format(byte[] address) {
    return address.length == 16 ? shortForm(address) : dotted(address);
  }

  private static String dotted(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  private static String shortForm(byte[] address) {
    int from = 0;
    int length = 0;
    for (int i = 0, run = 0; i < 8; i++) {
      run = group(address, i) == 0 ? run + 1 : 0;
      if (run > length) {
        length = run;
        from = i - run + 1;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (length > 1 && i == from) {
        text.append("::");
        i += length - 1;
      } else {
        text.append(text.isEmpty() || text.charAt(text.length() - 1) == ':' ? "" : ":");
        text.append(Integer.toHexString(group(address, i)));
      }
    }
    return text.toString();
  }

  private static int group(byte[] address, int index) {
    return (address[2 * index] & 0xff) << 8 | address[2 * index + 1] & 0xff;
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
