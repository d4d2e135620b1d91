package dev.tollgate.bootstrap;

import dev.tollgate.domain.notifications.Notifier;
import dev.tollgate.grpc.GrpcSettings;
import dev.tollgate.persistence.cluster.ClusterSettings;
import dev.tollgate.providers.notifications.MailNotifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What can be set about a node beside its ports and its database.
///
/// @param node its number in the cluster, 1 to 32,000: part of the key of its roll-ups; 0 has the
///   database choose one
/// @param line how long a call waits while only open holds are in its way
/// @param holdGrace added to a call's total time-out for the deadline of its hold
/// @param cluster how it finds the other nodes
/// @param mail how mail is sent, or null when it is not
/// @param data where calls are kept that could not be written at a stop, or null for nowhere
/// @param grpc how gRPC is served, or null when it is not
/// @param clock the node's own; a test shifts it together with the database's
record GatewayOptions(
    int node,
    Duration line,
    Duration holdGrace,
    ClusterSettings cluster,
    @Nullable Notifier mail,
    @Nullable Path data,
    @Nullable GrpcSettings grpc,
    Clock clock) {
  static final GatewayOptions USUAL =
      new GatewayOptions(
          1,
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          ClusterSettings.NONE,
          null,
          null,
          null,
          Clock.systemUTC());

  GatewayOptions {
    if (node < 0 || node > 32_000) {
      throw new StartFailure("The setting node must be a number from 1 to 32000.", null);
    }
  }

  static GatewayOptions read(Settings settings) {
    return new GatewayOptions(
        settings.number("node", 0),
        settings.duration("ledger.line", USUAL.line),
        settings.duration("ledger.hold_grace", USUAL.holdGrace),
        cluster(settings),
        mail(settings),
        data(settings),
        ListenerSettings.grpc(settings),
        USUAL.clock);
  }

  /// The same with mail sent another way.
  GatewayOptions mailingBy(Notifier notifier) {
    return new GatewayOptions(node, line, holdGrace, cluster, notifier, data, grpc, clock);
  }

  /// The same with a folder for calls that could not be written.
  GatewayOptions keepingIn(Path folder) {
    return new GatewayOptions(node, line, holdGrace, cluster, mail, folder, grpc, clock);
  }

  /// The same with gRPC.
  GatewayOptions servingGrpc(GrpcSettings settings) {
    return new GatewayOptions(node, line, holdGrace, cluster, mail, data, settings, clock);
  }

  /// The same with another clock of its own.
  GatewayOptions at(Clock own) {
    return new GatewayOptions(node, line, holdGrace, cluster, mail, data, grpc, own);
  }

  private static @Nullable Path data(Settings settings) {
    String folder = settings.textOrNull("data_folder");
    if (folder != null && !Files.isDirectory(Path.of(folder))) {
      throw new StartFailure("The setting data_folder names no folder: " + folder + ".", null);
    }
    return folder == null ? null : Path.of(folder);
  }

  private static @Nullable Notifier mail(Settings settings) {
    String host = settings.textOrNull("mail.host");
    int port = settings.number("mail.port", 587);
    String tls = settings.text("mail.tls", "starttls");
    String from = settings.textOrNull("mail.from");
    String user = settings.textOrNull("mail.user");
    String password = settings.secretOrNull("mail.password");
    if (host == null) {
      return null;
    }
    if (from == null) {
      throw new StartFailure("The setting mail.from is missing: the sender's address.", null);
    }
    if (!Set.of("starttls", "tls", "none").contains(tls)) {
      throw new StartFailure("The setting mail.tls must be starttls, tls or none.", null);
    }
    return new MailNotifier(new MailNotifier.MailServer(host, port, tls, from, user, password));
  }

  private static ClusterSettings cluster(Settings settings) {
    String mode = settings.text("cluster.mode", "none");
    String name = settings.text("cluster.name", "tollgate");
    String host = settings.textOrNull("cluster.host");
    int port = settings.number("cluster.port", 5701);
    List<String> members = settings.list("cluster.members");
    String service = settings.textOrNull("cluster.service_dns");
    return switch (mode) {
      case "none" -> ClusterSettings.NONE;
      case "tcp" -> {
        if (members.isEmpty()) {
          throw new StartFailure(
              "The setting cluster.members is missing: the addresses of all nodes, host:port.",
              null);
        }
        yield new ClusterSettings(name, host, port, members, null);
      }
      case "kubernetes" -> {
        if (service == null) {
          throw new StartFailure(
              "The setting cluster.service_dns is missing: the name of the headless service.",
              null);
        }
        yield new ClusterSettings(name, host, port, List.of(), service);
      }
      default ->
          throw new StartFailure("The setting cluster.mode must be none, tcp or kubernetes.", null);
    };
  }
}
