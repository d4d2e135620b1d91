package dev.tollgate.domain.keys;

import java.util.Arrays;

/// A range of IPv4 or IPv6 addresses in CIDR form, `10.0.0.0/8`; a single address is a full prefix.
/// Only literal addresses are read: no name is ever looked up.
public record AddressRange(byte[] address, int prefixLength) {
  public AddressRange {
    address = address.clone();
    if (prefixLength < 0 || prefixLength > address.length * 8) {
      throw new IllegalArgumentException("must have a prefix that is no longer than the address");
    }
  }

  /// @throws IllegalArgumentException when the text is neither an address nor a range
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    byte[] address = Addresses.parse(slash < 0 ? text : text.substring(0, slash));
    try {
      int length =
          slash < 0 ? address.length * 8 : Integer.parseUnsignedInt(text.substring(slash + 1));
      return new AddressRange(address, length);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("must be an IP address or a range, 10.0.0.0/8", e);
    }
  }

  public boolean contains(byte[] candidate) {
    byte[] plain = Addresses.unmap(candidate);
    byte[] base = Addresses.unmap(address);
    if (plain.length != base.length) {
      return false;
    }
    int length = base.length == address.length ? prefixLength : Math.max(0, prefixLength - 96);
    for (int bit = 0; bit < length; bit += 8) {
      int mask = length - bit >= 8 ? 0xff : 0xff << (8 - (length - bit)) & 0xff;
      if (((plain[bit / 8] ^ base[bit / 8]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressRange range
        && prefixLength == range.prefixLength
        && Arrays.equals(address, range.address);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(address) * 31 + prefixLength;
  }

  @Override
  public String toString() {
    return Addresses.format(address) + "/" + prefixLength;
  }
}
