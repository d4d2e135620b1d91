package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import java.util.UUID;

/// A scope with its id: whose budget it is.
///
/// @param value the id, of whichever kind it is
public record ScopeRef(Scope kind, UUID value) {
  public static ScopeRef of(TenantId tenant) {
    return new ScopeRef(Scope.TENANT, tenant.value());
  }

  public static ScopeRef of(BusinessUnitId unit) {
    return new ScopeRef(Scope.BUSINESS_UNIT, unit.value());
  }

  public static ScopeRef of(ProjectId project) {
    return new ScopeRef(Scope.PROJECT, project.value());
  }

  public static ScopeRef of(MemberId member) {
    return new ScopeRef(Scope.MEMBER, member.value());
  }

  public static ScopeRef of(KeyId key) {
    return new ScopeRef(Scope.KEY, key.value());
  }

  /// @throws IllegalArgumentException when the text is no id of that kind
  public static ScopeRef parse(Scope kind, String id) {
    return switch (kind) {
      case TENANT -> of(TenantId.parse(id));
      case BUSINESS_UNIT -> of(BusinessUnitId.parse(id));
      case PROJECT -> of(ProjectId.parse(id));
      case MEMBER -> of(MemberId.parse(id));
      case KEY -> of(KeyId.parse(id));
    };
  }

  /// The id as text.
  @Override
  public String toString() {
    return switch (kind) {
      case TENANT -> new TenantId(value).toString();
      case BUSINESS_UNIT -> new BusinessUnitId(value).toString();
      case PROJECT -> new ProjectId(value).toString();
      case MEMBER -> new MemberId(value).toString();
      case KEY -> new KeyId(value).toString();
    };
  }
}
