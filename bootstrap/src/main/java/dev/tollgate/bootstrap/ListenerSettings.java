package dev.tollgate.bootstrap;

import dev.tollgate.domain.keys.AddressRange;
import dev.tollgate.grpc.GrpcSettings;
import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.http.server.HttpSettings.Door;
import dev.tollgate.http.server.ListenerTls;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The settings of the listeners, below `http` and `grpc`.
final class ListenerSettings {
  static final int GRPC_PORT = 9090;
  private static final int HELIDON_GRPC_PORT = 9091;
  private static final Duration DRAIN = Duration.ofSeconds(60);

  private ListenerSettings() {}

  /// @throws StartFailure naming the setting
  static HttpSettings read(Settings settings) {
    Integer management =
        settings.textOrNull("http.management_port") == null
            ? null
            : settings.port("http.management_port", 0);
    Map<Door, ListenerTls> tls = new EnumMap<>(Door.class);
    put(tls, Door.CALLS, tls(settings, "http.tls"));
    ListenerTls ofManagement = tls(settings, "http.management_tls");
    if (ofManagement != null && management == null) {
      throw new StartFailure(
          "The setting http.management_tls needs http.management_port: without it, management is"
              + " served on http.port.",
          null);
    }
    put(tls, Door.MANAGEMENT, ofManagement);
    put(tls, Door.OPS, tls(settings, "http.ops_tls"));
    List<AddressRange> proxies = proxies(settings);
    HttpSettings.Ports ports =
        new HttpSettings.Ports(
            settings.port("http.port", 8080), management, settings.port("http.ops_port", 9464));
    refuseDoubles(ports);
    String host = settings.text("http.host", "0.0.0.0");
    if (new InetSocketAddress(host, 0).isUnresolved()) {
      throw new StartFailure("The setting http.host is no address: " + host + ".", null);
    }
    try {
      return new HttpSettings(
          host,
          ports,
          new LinkedHashSet<>(settings.list("http.cors_origins")),
          settings.duration("http.drain", DRAIN),
          settings.number("http.largest_body", HttpSettings.USUAL_LARGEST_BODY),
          tls,
          address -> proxies.stream().anyMatch(range -> range.contains(address)));
    } catch (IllegalArgumentException e) {
      throw new StartFailure("The setting " + e.getMessage() + ".", e);
    }
  }

  /// How gRPC is served, or null when `grpc.enabled` is false.
  ///
  /// @throws StartFailure naming the setting
  static @Nullable GrpcSettings grpc(Settings settings) {
    String host = settings.text("grpc.host", settings.text("http.host", "0.0.0.0"));
    int port = settings.port("grpc.port", GRPC_PORT);
    ListenerTls tls = tls(settings, "grpc.tls");
    GrpcSettings.Helidon helidon = helidon(settings);
    if (!settings.flag("grpc.enabled", true)) {
      return null;
    }
    if (new InetSocketAddress(host, 0).isUnresolved()) {
      throw new StartFailure("The setting grpc.host is no address: " + host + ".", null);
    }
    return new GrpcSettings(
        host,
        port,
        settings.duration("http.drain", DRAIN),
        tls == null ? null : grpc(tls),
        helidon);
  }

  /// grpc-netty would start with a certificate that is not that of the key, and nobody could
  /// connect.
  private static GrpcSettings.Tls grpc(ListenerTls tls) {
    try {
      tls.create();
    } catch (IllegalArgumentException e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
    return new GrpcSettings.Tls(tls.certificate(), tls.key(), tls.clientAuthorities());
  }

  private static GrpcSettings.@Nullable Helidon helidon(Settings settings) {
    String host = settings.text("grpc.helidon.host", "127.0.0.1");
    int port = settings.port("grpc.helidon.port", HELIDON_GRPC_PORT);
    return settings.flag("grpc.helidon.enabled", false)
        ? new GrpcSettings.Helidon(host, port)
        : null;
  }

  private static void refuseDoubles(HttpSettings.Ports ports) {
    Integer management = ports.management();
    boolean twice = ports.calls() != 0 && ports.calls() == ports.ops();
    if (management != null && management != 0) {
      twice |= management == ports.calls() || management == ports.ops();
    }
    if (twice) {
      throw new StartFailure(
          "The settings http.port, http.management_port and http.ops_port must be different ports.",
          null);
    }
  }

  private static void put(Map<Door, ListenerTls> all, Door door, @Nullable ListenerTls tls) {
    if (tls != null) {
      all.put(door, tls);
    }
  }

  private static @Nullable ListenerTls tls(Settings settings, String name) {
    String certificate = settings.textOrNull(name + ".certificate");
    String key = settings.textOrNull(name + ".key");
    String authorities = settings.textOrNull(name + ".client_authorities");
    if (certificate == null && key == null && authorities == null) {
      return null;
    }
    if (certificate == null || key == null) {
      throw new StartFailure(
          "The settings " + name + ".certificate and " + name + ".key belong together.", null);
    }
    return new ListenerTls(
        Path.of(certificate), Path.of(key), authorities == null ? null : Path.of(authorities));
  }

  private static List<AddressRange> proxies(Settings settings) {
    List<AddressRange> ranges = new ArrayList<>();
    for (String each : settings.list("http.trusted_proxies")) {
      try {
        ranges.add(AddressRange.parse(each));
      } catch (IllegalArgumentException e) {
        throw new StartFailure(
            "The setting http.trusted_proxies must be addresses or ranges such as 10.0.0.0/8: "
                + each
                + " is none.",
            e);
      }
    }
    return ranges;
  }
}
