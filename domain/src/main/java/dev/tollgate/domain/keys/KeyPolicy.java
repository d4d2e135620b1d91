package dev.tollgate.domain.keys;

import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.tenancy.Retention;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a key may do. An absent list allows everything.
///
/// @param models names that may be called; `*` in a name stands for any text
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

  /// Whether a model is among names in which `*` stands for any text, none included.
  public static boolean matches(List<String> names, String model) {
    for (int i = 0; i < names.size(); i++) {
      if (matches(names.get(i), model)) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(String name, String model) {
    int star = name.indexOf('*');
    if (star < 0) {
      return name.equals(model);
    }
    if (!model.startsWith(name.substring(0, star))) {
      return false;
    }
    int from = star;
    for (int next = name.indexOf('*', star + 1); next >= 0; next = name.indexOf('*', star + 1)) {
      String part = name.substring(star + 1, next);
      int found = model.indexOf(part, from);
      if (found < 0) {
        return false;
      }
      from = found + part.length();
      star = next;
    }
    String rest = name.substring(star + 1);
    return model.length() - from >= rest.length() && model.endsWith(rest);
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
