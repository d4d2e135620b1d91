package dev.tollgate.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/// Why nothing came from a gateway, and what to do about it.
final class ConnectionTrouble {
  private static final String CHECK = "Check OPENAI_BASE_URL.";

  private ConnectionTrouble() {}

  static CommandFailure explain(String address, IOException trouble) {
    return CommandFailure.failed(
        switch (trouble) {
          case HttpConnectTimeoutException _ -> noGateway(address, "no answer in time");
          case ConnectException e when isUnknownHost(e) ->
              "The host of " + address + " is not known. " + CHECK;
          case ConnectException _ -> noGateway(address, "connection refused");
          case HttpTimeoutException _ -> "The gateway at " + address + " took too long to answer.";
          case SSLException e ->
              "No secure connection to %s (%s). %s".formatted(address, e.getMessage(), CHECK);
          default -> "The connection to " + address + " broke before an answer came. Try again.";
        });
  }

  private static String noGateway(String address, String cause) {
    String cure = "Start one with './tollgate dev' or check OPENAI_BASE_URL.";
    return "No gateway answers at " + address + " (" + cause + "). " + cure;
  }

  private static boolean isUnknownHost(Throwable trouble) {
    for (Throwable t = trouble; t != null; t = t.getCause()) {
      if (t instanceof UnresolvedAddressException) {
        return true;
      }
    }
    return false;
  }
}
