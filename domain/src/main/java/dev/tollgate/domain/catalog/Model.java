package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.rules.BrokenRule;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/// A public model name and the deployments that serve it.
public record Model(
    ModelId id, TenantId tenant, String name, List<Deployment> deployments, Instant createdAt) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,127}");

  public Model {
    deployments = List.copyOf(deployments);
    if (!NAME.matcher(name).matches()) {
      throw BrokenRule.of(
          "name",
          "must have 1 to 128 letters, digits or . _ : / @ + - and start with a letter or digit");
    }
    if (deployments.isEmpty() || deployments.size() > 32) {
      throw BrokenRule.of("deployments", "must have 1 to 32 entries");
    }
  }
}
