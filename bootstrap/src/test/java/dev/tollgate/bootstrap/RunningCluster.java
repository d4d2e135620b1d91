package dev.tollgate.bootstrap;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// `bench/cluster`, as a user starts it: PostgreSQL, nodes and a load balancer.
final class RunningCluster implements AutoCloseable {
  private static final Path ROOT = root();

  private final Process process;
  private final Path folder;
  private final int port;
  private final int nodes;

  private RunningCluster(Process process, Path folder, int port, int nodes) {
    this.process = process;
    this.folder = folder;
    this.port = port;
    this.nodes = nodes;
  }

  private static Path root() {
    Path here = Path.of("").toAbsolutePath();
    return Files.exists(here.resolve("bench")) ? here : here.resolve("..").normalize();
  }

  static RunningCluster start(int nodes, Map<String, String> settings)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("tollgate-cluster");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    int port = 20_000 + (int) (ProcessHandle.current().pid() % 9_000);
    ProcessBuilder builder =
        new ProcessBuilder("sh", "bench/cluster", Integer.toString(nodes), folder.toString())
            .directory(ROOT.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("cluster.log").toFile());
    builder.environment().putAll(settings);
    builder.environment().put("CLUSTER_PORT", Integer.toString(port));
    builder.environment().put("TOLLGATE_NO_BUILD", "1");
    RunningCluster cluster = new RunningCluster(builder.start(), folder, port, nodes);
    cluster.await(folder.resolve("cluster.log"), "Cluster is ready", 1);
    return cluster;
  }

  /// Waits until a text is in a file so many times.
  private void await(Path file, String text, int times) {
    RunningProgram.awaitOutput(
        process, file, Duration.ofMinutes(2), written -> written.split(text, -1).length > times);
  }

  /// All nodes, behind the load balancer.
  TestingGateway gateway() throws IOException {
    return TestingGateway.at("http://127.0.0.1:" + port, token());
  }

  /// One node, numbered from 1.
  TestingGateway node(int number) throws IOException {
    return TestingGateway.at("http://127.0.0.1:" + (port + number), token());
  }

  /// Where a node tells how it is.
  String opsUrl(int number) {
    return "http://127.0.0.1:" + (port + 100 + number);
  }

  /// Where the nodes' members listen.
  List<String> members() {
    return IntStream.rangeClosed(1, nodes).mapToObj(n -> "127.0.0.1:" + (port + 200 + n)).toList();
  }

  private String token() throws IOException {
    return Files.readString(folder.resolve("admin.token")).strip();
  }

  /// The pid of a part, such as `node2`; the last one when it was started anew.
  private long pid(String name) throws IOException {
    List<String> lines = Files.readAllLines(folder.resolve("pids"));
    for (String line : lines.reversed()) {
      if (line.startsWith(name + " ")) {
        return Long.parseLong(line.substring(name.length() + 1));
      }
    }
    throw new IllegalStateException("no " + name);
  }

  void signal(int node, String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + signal, Long.toString(pid("node" + node))).start().waitFor();
  }

  /// Starts a node anew that was killed, and waits until it serves.
  void restart(int node) throws IOException, InterruptedException {
    Path log = folder.resolve("node" + node + ".log");
    int ready = Files.readString(log).split("Tollgate is ready", -1).length;
    Process started =
        new ProcessBuilder("sh", folder.resolve("node" + node + ".sh").toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    Files.writeString(
        folder.resolve("pids"),
        "node" + node + " " + started.pid() + "\n",
        StandardOpenOption.APPEND);
    await(log, "Tollgate is ready", ready);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the cluster does not stop: " + folder);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
