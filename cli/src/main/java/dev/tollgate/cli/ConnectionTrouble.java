package dev.tollgate.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Why nothing came from a gateway, and what to do about it.
final class ConnectionTrouble {
  private ConnectionTrouble() {}

  static CommandFailure explain(KnownGateway.Use use, String address, IOException trouble) {
    return CommandFailure.failed(
        switch (trouble) {
          case HttpConnectTimeoutException _ -> noGateway(use, address, "no answer in time");
          case ConnectException e when find(UnresolvedAddressException.class, e) != null ->
              "The host of " + address + " is not known. Check " + use.url + ".";
          case ConnectException _ -> noGateway(use, address, "connection refused");
          case HttpTimeoutException _ -> "The gateway at " + address + " took too long to answer.";
          default -> broken(use, address, find(SSLException.class, trouble));
        });
  }

  private static String broken(
      KnownGateway.Use use, String address, @Nullable SSLException insecure) {
    return insecure == null
        ? "The connection to " + address + " broke before an answer came. Try again."
        : ("No secure connection to %s (%s). Check %s, or trust the authority of its certificate:"
                + " TOLLGATE_JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE.p12")
            .formatted(address, insecure.getMessage(), use.url);
  }

  private static String noGateway(KnownGateway.Use use, String address, String cause) {
    String cure = "Start one with './tollgate dev' or check " + use.url + ".";
    return "No gateway answers at " + address + " (" + cause + "). " + cure;
  }

  /// The first of a kind among an exception and its causes. The JDK's client wraps what happened in
  /// one or more exceptions of its own, depending on which of its threads is faster.
  private static <T extends Throwable> @Nullable T find(Class<T> kind, Throwable trouble) {
    for (Throwable t = trouble; t != null; t = t.getCause()) {
      if (kind.isInstance(t)) {
        return kind.cast(t);
      }
    }
    return null;
  }
}
