package dev.tollgate.bootstrap;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./tollgate serve`: one node of a production gateway, in the foreground.
@Command(
    name = "serve",
    description = "Runs a node of the gateway with an external PostgreSQL.",
    footer = {"", "docs/config.md has every setting. SIGTERM drains and stops it."})
final class ServeCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "Settings, as YAML.")
  private Path config = Path.of("tollgate.yaml");

  @Override
  public Integer call() throws InterruptedException {
    Logs.configure(Logs.Form.JSON);
    try (ServeNode node = ServeNode.start(Settings.read(config, System.getenv()))) {
      node.stopOnSignal();
      System.out.println("  Calls        port " + node.port());
      if (node.managementPort() != node.port()) {
        System.out.println("  Management   port " + node.managementPort());
      }
      node.grpcPort().ifPresent(port -> System.out.println("  gRPC         port " + port));
      System.out.println("  Operations   port " + node.opsPort());
      System.out.println("Tollgate is ready");
      System.out.flush();
      new CountDownLatch(1).await();
    }
    return 0;
  }
}
