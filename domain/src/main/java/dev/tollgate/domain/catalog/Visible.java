package dev.tollgate.domain.catalog;

import dev.tollgate.domain.ids.TenantId;
import java.util.List;
import java.util.function.Function;

/// What a tenant sees in a catalogue.
///
/// @param owner the tenant itself or the platform
public record Visible<T>(T item, TenantId owner) {
  public boolean isOfPlatform() {
    return owner.isPlatform();
  }

  /// What a tenant sees of each catalogue, its own first.
  public static <T> List<Visible<T>> to(TenantId tenant, Function<TenantId, List<T>> catalogue) {
    return tenant.catalogues().stream()
        .flatMap(owner -> catalogue.apply(owner).stream().map(item -> new Visible<>(item, owner)))
        .toList();
  }
}
