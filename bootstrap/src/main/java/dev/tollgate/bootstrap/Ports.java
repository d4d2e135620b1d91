package dev.tollgate.bootstrap;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/// Picks ports. A default that is taken moves to the next free one; one that was named explicitly
/// is an error when it is taken.
final class Ports {
  private static final int TRIES = 50;

  private final String host;
  private final Set<Integer> given = new HashSet<>();

  /// @throws StartFailure when the host is no address of this machine
  Ports(String host) {
    this.host = host;
    if (!isFree(host, 0)) {
      throw new StartFailure("--host " + host + " is no address of this machine.", null);
    }
  }

  /// @param option what to name in the error
  int pick(String option, int wanted, boolean explicit) {
    if (wanted < 0 || wanted > 65_535) {
      throw new StartFailure(option + " must be a port from 1 to 65535, or 0 for any.", null);
    }
    if (wanted == 0) {
      return wanted;
    }
    int last = explicit ? wanted : Math.min(65_535, wanted + TRIES);
    for (int port = wanted; port <= last; port++) {
      if (!given.contains(port) && isFree(host, port)) {
        given.add(port);
        return port;
      }
    }
    throw new StartFailure(
        explicit
            ? "Port "
                + wanted
                + " is in use. Stop what listens there or name another with "
                + option
                + "."
            : "No port from " + wanted + " to " + last + " is free. Name one with " + option + ".",
        null);
  }

  /// Whether one could listen there; with port 0, whether the host is an address of this machine.
  static boolean isFree(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
