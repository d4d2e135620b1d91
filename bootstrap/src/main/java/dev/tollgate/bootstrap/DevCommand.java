package dev.tollgate.bootstrap;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./tollgate dev`: everything in one process, in the foreground.
@Command(
    name = "dev",
    description =
        "Runs a gateway with an embedded PostgreSQL, a simulated provider and a demo key.",
    footer = {"", "Ctrl-C stops it. Everything it keeps is in the data folder."})
final class DevCommand implements Callable<Integer> {
  static final String DEFAULT_DATA = ".tollgate";
  static final int DEFAULT_PORT = 8080;
  static final int DEFAULT_OPS_PORT = 9464;

  @Option(names = "--port", description = "Port for calls and management (default 8080).")
  private @Nullable Integer port;

  @Option(names = "--ops-port", description = "Port for health and metrics (default 9464).")
  private @Nullable Integer opsPort;

  @Option(names = "--grpc-port", description = "Port for management over gRPC (default 9090).")
  private @Nullable Integer grpcPort;

  @Option(
      names = "--helidon-grpc-port",
      description = "Serves gRPC by Helidon's server on this port, too (off).")
  private @Nullable Integer helidonGrpcPort;

  @Option(names = "--host", description = "Address to listen on (default ${DEFAULT-VALUE}).")
  private String host = "127.0.0.1";

  @Option(names = "--public-url", description = "URL that callers use (default http://localhost).")
  private @Nullable String publicUrl;

  @Option(
      names = "--data",
      description = "Folder to keep everything in (default ${DEFAULT-VALUE}).")
  private Path data = Path.of(DEFAULT_DATA);

  @Option(
      names = "--cors-origin",
      description = "Origin of web pages that may call /v1, or '*'. May be repeated.")
  private List<String> corsOrigins = List.of();

  @Option(names = "--drain", description = "How long open answers may take on a stop, PT60S.")
  private Duration drain = Duration.ofSeconds(60);

  @Override
  public Integer call() {
    Logs.configure(Logs.Form.TEXT);
    Ports ports = new Ports(host);
    int main = ports.pick("--port", port == null ? DEFAULT_PORT : port, port != null);
    int ops =
        ports.pick("--ops-port", opsPort == null ? DEFAULT_OPS_PORT : opsPort, opsPort != null);
    int grpc =
        ports.pick(
            "--grpc-port",
            grpcPort == null ? ListenerSettings.GRPC_PORT : grpcPort,
            grpcPort != null);
    DevGateway.Options options =
        new DevGateway.Options(
            data,
            host,
            main,
            ops,
            grpc,
            helidonGrpcPort,
            publicUrl,
            new LinkedHashSet<>(corsOrigins),
            drain,
            Clock.systemUTC());
    try (DevGateway dev = new DevGateway(options)) {
      dev.stopOnSignal();
      dev.start();
      dev.announce(System.out);
      dev.awaitStop();
    }
    return 0;
  }
}
