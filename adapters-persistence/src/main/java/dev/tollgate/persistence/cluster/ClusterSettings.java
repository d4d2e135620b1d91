package dev.tollgate.persistence.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a node finds the others.
///
/// @param name of the cluster; the version of what is exchanged is added to it
/// @param host the address to listen on, or null for any
/// @param members addresses of all nodes, `host:port`
/// @param serviceDns the headless service whose addresses are the nodes, in Kubernetes, or null
public record ClusterSettings(
    String name,
    @Nullable String host,
    int port,
    List<String> members,
    @Nullable String serviceDns) {
  /// A node on its own, or nodes that meet in PostgreSQL only.
  public static final ClusterSettings NONE = new ClusterSettings("", null, 0, List.of(), null);

  public ClusterSettings {
    members = List.copyOf(members);
  }

  public boolean isNone() {
    return members.isEmpty() && serviceDns == null;
  }
}
