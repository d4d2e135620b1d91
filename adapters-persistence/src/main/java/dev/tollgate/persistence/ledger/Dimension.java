package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Reservation;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a call was when it was made, as far as roll-ups tell calls apart.
///
/// @param key all zeros when no key was recognised
/// @param tags as the key had them, in its order
record Dimension(
    UUID tenant,
    UUID project,
    UUID key,
    UUID businessUnit,
    @Nullable UUID owner,
    List<String> tags,
    String model,
    String provider) {
  private static final UUID NONE = new UUID(0, 0);

  static Dimension of(CallRecord call) {
    CallRecord.Served served = call.served();
    String asked = call.course().asked().model();
    String model = served == null || asked == null ? "" : asked;
    String provider = served == null ? "" : served.provider();
    VirtualKey key = call.key();
    return key == null
        ? new Dimension(
            call.tenant().value(), NONE, NONE, NONE, null, List.of(), clean(model), clean(provider))
        : of(key, model, provider);
  }

  static Dimension of(Reservation hold) {
    return of(hold.key(), hold.model(), hold.provider());
  }

  private static Dimension of(VirtualKey key, String model, String provider) {
    return new Dimension(
        key.tenant().value(),
        key.project().value(),
        key.id().value(),
        key.businessUnit().value(),
        key.owner() == null ? null : key.owner().value(),
        key.tags(),
        clean(model),
        clean(provider));
  }

  private static String clean(String name) {
    return String.valueOf(FlushStatement.clean(name, 256));
  }

  void to(CompositeRows rows) {
    rows.set("tenant_id", tenant)
        .set("project_id", project)
        .set("key_id", key)
        .set("business_unit_id", businessUnit)
        .set("owner_id", owner)
        .set("tags", JsonText.array(tags))
        .set("model", model)
        .set("provider", provider)
        .end();
  }
}
