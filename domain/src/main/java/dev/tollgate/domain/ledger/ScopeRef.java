package dev.tollgate.domain.ledger;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import java.util.UUID;

/// A scope with its id: whose budget it is.
public sealed interface ScopeRef {
  Scope kind();

  /// The id, of whichever it is.
  UUID value();

  record OfTenant(TenantId tenant) implements ScopeRef {
    @Override
    public Scope kind() {
      return Scope.TENANT;
    }

    @Override
    public UUID value() {
      return tenant.value();
    }

    @Override
    public String toString() {
      return tenant.toString();
    }
  }

  record OfUnit(BusinessUnitId unit) implements ScopeRef {
    @Override
    public Scope kind() {
      return Scope.BUSINESS_UNIT;
    }

    @Override
    public UUID value() {
      return unit.value();
    }

    @Override
    public String toString() {
      return unit.toString();
    }
  }

  record OfProject(ProjectId project) implements ScopeRef {
    @Override
    public Scope kind() {
      return Scope.PROJECT;
    }

    @Override
    public UUID value() {
      return project.value();
    }

    @Override
    public String toString() {
      return project.toString();
    }
  }

  record OfMember(MemberId member) implements ScopeRef {
    @Override
    public Scope kind() {
      return Scope.MEMBER;
    }

    @Override
    public UUID value() {
      return member.value();
    }

    @Override
    public String toString() {
      return member.toString();
    }
  }

  record OfKey(KeyId key) implements ScopeRef {
    @Override
    public Scope kind() {
      return Scope.KEY;
    }

    @Override
    public UUID value() {
      return key.value();
    }

    @Override
    public String toString() {
      return key.toString();
    }
  }

  static ScopeRef of(Scope kind, UUID id) {
    return switch (kind) {
      case TENANT -> new OfTenant(new TenantId(id));
      case BUSINESS_UNIT -> new OfUnit(new BusinessUnitId(id));
      case PROJECT -> new OfProject(new ProjectId(id));
      case MEMBER -> new OfMember(new MemberId(id));
      case KEY -> new OfKey(new KeyId(id));
    };
  }

  /// @throws IllegalArgumentException when the text is no id of that kind
  static ScopeRef parse(Scope kind, String id) {
    return switch (kind) {
      case TENANT -> new OfTenant(TenantId.parse(id));
      case BUSINESS_UNIT -> new OfUnit(BusinessUnitId.parse(id));
      case PROJECT -> new OfProject(ProjectId.parse(id));
      case MEMBER -> new OfMember(MemberId.parse(id));
      case KEY -> new OfKey(KeyId.parse(id));
    };
  }
}
