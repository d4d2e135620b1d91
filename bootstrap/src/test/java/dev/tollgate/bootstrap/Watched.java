package dev.tollgate.bootstrap;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// All that anyone can read of a gateway while a test runs: its log at every level, what it prints,
/// and the answers that the test adds.
final class Watched implements AutoCloseable {
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private final PrintStream usualStderr = System.err;
  private final Handler log = new Captured();
  private final List<String> seen = new ArrayList<>();

  Watched() {
    System.setErr(new PrintStream(stderr, true, StandardCharsets.UTF_8));
    Logger.getLogger("").addHandler(log);
    Logger.getLogger("dev.tollgate").setLevel(Level.ALL);
  }

  private final class Captured extends Handler {
    Captured() {
      setLevel(Level.ALL);
    }

    @Override
    public void publish(LogRecord record) {
      byte[] line = new Logs.Json().format(record).getBytes(StandardCharsets.UTF_8);
      stderr.write(line, 0, line.length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  void add(String text) {
    seen.add(text);
  }

  void add(HttpResponse<String> response) {
    add(
        response.request().method()
            + " "
            + response.uri().getPath()
            + " -> "
            + response.statusCode()
            + " "
            + response.headers().map()
            + " "
            + response.body());
  }

  /// Where a secret was seen, as it is or as JSON would write it.
  List<String> around(String secret) {
    List<String> places = new ArrayList<>();
    List<String> all = new ArrayList<>(seen);
    all.add("log: " + stderr.toString(StandardCharsets.UTF_8));
    for (String each : all) {
      for (String form : List.of(secret, secret.replace("\\", "\\\\"))) {
        int at = each.indexOf(form);
        if (at >= 0) {
          String start = each.substring(0, Math.min(60, each.length()));
          places.add(start + " ... " + each.substring(Math.max(0, at - 80), at));
          break;
        }
      }
    }
    return places;
  }

  @Override
  public void close() {
    Logger.getLogger("").removeHandler(log);
    Logger.getLogger("dev.tollgate").setLevel(null);
    System.setErr(usualStderr);
  }
}
