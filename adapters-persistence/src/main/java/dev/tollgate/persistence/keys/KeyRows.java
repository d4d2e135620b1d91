package dev.tollgate.persistence.keys;

import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.util.UUID;

/// Rows of keys as keys.
final class KeyRows {
  static final String COLUMNS =
      "k.tenant_id, k.id, k.project_id, k.business_unit_id, k.owner_id, k.name, k.state,"
          + " k.expires_at, k.policy::text as policy, k.metadata::text as metadata,"
          + " k.tags::text as tags, k.hint, k.created_at, k.last_used_at";

  private KeyRows() {}

  static VirtualKey key(DbRow row) {
    UUID owner = Rows.uuidOrNull(row, "owner_id");
    return new VirtualKey(
        new KeyId(Rows.uuid(row, "id")),
        new TenantId(Rows.uuid(row, "tenant_id")),
        new ProjectId(Rows.uuid(row, "project_id")),
        new BusinessUnitId(Rows.uuid(row, "business_unit_id")),
        owner == null ? null : new MemberId(owner),
        Rows.text(row, "name"),
        VirtualKey.State.valueOf(Rows.text(row, "state")),
        Rows.timeOrNull(row, "expires_at"),
        KeyJson.policy(Rows.text(row, "policy")),
        KeyJson.map(Rows.text(row, "metadata")),
        KeyJson.strings(Rows.text(row, "tags")),
        Rows.text(row, "hint"),
        Rows.time(row, "created_at"),
        Rows.timeOrNull(row, "last_used_at"));
  }
}
