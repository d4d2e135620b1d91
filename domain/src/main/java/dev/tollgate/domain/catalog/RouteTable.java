package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.ProviderId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// From model names to deployments, at one moment. Immutable; a change makes a new table.
public final class RouteTable {
  private final Map<String, Route> routes = new TreeMap<>();

  public RouteTable(Collection<Model> models, Map<ProviderId, Provider> providers) {
    for (Model model : models) {
      List<Target> targets = new ArrayList<>();
      for (Deployment deployment : model.deployments()) {
        Provider provider = providers.get(deployment.provider());
        if (provider != null && !deployment.drained()) {
          targets.add(new Target(provider, deployment));
        }
      }
      targets.sort(Comparator.comparingInt(target -> target.deployment().priority()));
      routes.put(model.name(), new Route(model, targets));
    }
  }

  public @Nullable Route find(String model) {
    return routes.get(model);
  }

  /// All routes, by model name.
  public Collection<Route> all() {
    return routes.values();
  }

  /// A deployment with its provider.
  public record Target(Provider provider, Deployment deployment) {
    public Timeouts timeouts() {
      Timeouts own = deployment.timeouts();
      return own == null ? provider.options().timeouts() : own;
    }
  }

  /// A model and its targets, by priority.
  public record Route(Model model, List<Target> targets) {
    public Route {
      targets = List.copyOf(targets);
    }

    /// The targets in the order to try them: by priority, and by weighted lot within one.
    public List<Target> order(RandomGenerator random) {
      if (targets.size() < 2) {
        return targets;
      }
      List<Target> ordered = new ArrayList<>(targets.size());
      List<Target> left = new ArrayList<>(targets);
      while (!left.isEmpty()) {
        int priority = left.getFirst().deployment().priority();
        int total = 0;
        int same = 0;
        for (Target target : left) {
          if (target.deployment().priority() != priority) {
            break;
          }
          total += target.deployment().weight();
          same++;
        }
        int lot = total == 0 ? 0 : random.nextInt(total);
        int chosen = 0;
        for (; chosen < same - 1; chosen++) {
          lot -= left.get(chosen).deployment().weight();
          if (lot < 0) {
            break;
          }
        }
        ordered.add(left.remove(chosen));
      }
      return ordered;
    }
  }
}
