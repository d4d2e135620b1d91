package dev.tollgate.bootstrap.wiring;

import dev.tollgate.dialects.vendor.Vendor;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.providers.anthropic.Anthropic;
import dev.tollgate.providers.openai.OpenAi;
import dev.tollgate.simulated.Simulated;
import java.util.EnumMap;
import java.util.Map;

/// Who serves each kind of provider.
public final class ProviderKinds {
  private ProviderKinds() {}

  public static Map<ProviderKind, Vendor> vendors() {
    Map<ProviderKind, Vendor> vendors = new EnumMap<>(ProviderKind.class);
    for (ProviderKind kind : ProviderKind.values()) {
      vendors.put(
          kind,
          switch (kind) {
            case OPENAI -> new OpenAi();
            case ANTHROPIC -> new Anthropic();
            case SIMULATED -> new Simulated();
          });
    }
    return vendors;
  }
}
