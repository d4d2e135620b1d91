package dev.tollgate.domain.keys;

import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.tenancy.Retention;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a key may do. An absent list allows everything.
///
/// @param models names that may be called; `*` at the end of a name matches any rest
/// @param endpoints calls that may be made
/// @param ipAllow addresses that callers may come from
/// @param capture what is kept of its calls, or null for the project's policy
/// @param retention how long, or null for the project's class
public record KeyPolicy(
    @Nullable List<String> models,
    @Nullable Set<Endpoint> endpoints,
    @Nullable List<AddressRange> ipAllow,
    @Nullable Capture capture,
    @Nullable Retention retention) {
  public static final KeyPolicy OPEN = new KeyPolicy(null, null, null, null, null);

  public KeyPolicy {
    models = models == null ? null : List.copyOf(models);
    endpoints = endpoints == null ? null : Set.copyOf(endpoints);
    ipAllow = ipAllow == null ? null : List.copyOf(ipAllow);
  }

  public boolean allowsModel(String model) {
    return models == null || matches(models, model);
  }

  /// Whether a model is among names of which `*` at the end matches any rest.
  public static boolean matches(List<String> names, String model) {
    for (String name : names) {
      boolean matches =
          name.endsWith("*")
              ? model.startsWith(name.substring(0, name.length() - 1))
              : model.equals(name);
      if (matches) {
        return true;
      }
    }
    return false;
  }

  public boolean allowsEndpoint(Endpoint endpoint) {
    return endpoints == null || endpoints.contains(endpoint);
  }

  /// @param address the caller's address as 4 or 16 bytes
  public boolean allowsAddress(byte[] address) {
    if (ipAllow == null) {
      return true;
    }
    for (AddressRange range : ipAllow) {
      if (range.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
