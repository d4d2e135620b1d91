package dev.tollgate.domain.authority;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.TenantId;

/// Who asks.
///
/// @param tenant the tenant that is managed
/// @param request the id of the request, which stands in answers and in the log
public record Actor(TenantId tenant, Who who, Grants grants, Surface surface, CallId request) {
  /// Who it is.
  public sealed interface Who {
    /// As it is named in the audit log.
    String name();

    /// The holder of the administrator's token.
    record Administrator() implements Who {
      @Override
      public String name() {
        return "admin_token";
      }
    }

    /// The gateway itself.
    ///
    /// @param name what of it
    record Program(String name) implements Who {}
  }

  /// The way a request comes by.
  public enum Surface {
    REST("rest"),
    GRPC("grpc"),
    SYSTEM("system");

    private final String wire;

    Surface(String wire) {
      this.wire = wire;
    }

    public String wire() {
      return wire;
    }
  }

  /// Whether it has a right at all, wherever.
  public boolean may(Permission permission) {
    return grants.permissions().contains(permission);
  }

  /// Whether it has a right on an object that belongs there.
  public boolean may(Permission permission, Scope scope) {
    return tenant.equals(scope.tenant()) && may(permission);
  }
}
