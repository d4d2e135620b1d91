package dev.tollgate.persistence.keys;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.SecretId;
import dev.tollgate.domain.keys.StoredSecret;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.keys.VirtualKeysContract;
import dev.tollgate.domain.tenancy.Projects;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.tenancy.PostgresProjects;
import java.util.Optional;

class PostgresVirtualKeysTest extends VirtualKeysContract {
  private final Database database = TestingDatabase.shared().database();

  @Override
  protected VirtualKeys keys() {
    return new PostgresVirtualKeys(database);
  }

  @Override
  protected Projects projects() {
    return new PostgresProjects(database);
  }

  @Override
  protected TenantId foundTenant() {
    return TestingDatabase.shared().foundTenant();
  }

  @Override
  protected Optional<StoredSecret> secret(SecretId id) {
    KnownKey known = new CachedKeyDirectory(database).find(id);
    return known == null ? Optional.empty() : Optional.of(known.secret());
  }
}
