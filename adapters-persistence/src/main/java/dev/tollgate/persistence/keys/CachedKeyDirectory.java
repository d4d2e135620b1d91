package dev.tollgate.persistence.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.keys.KeyDirectory;
import dev.tollgate.domain.keys.KnownKey;
import dev.tollgate.domain.keys.SecretId;
import dev.tollgate.domain.keys.StoredSecret;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.persistence.database.ChangePoll;
import dev.tollgate.persistence.database.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The keys of all tenants that this node has seen, in memory, emptied by the poll for changes. An
/// unknown secret is remembered briefly, so that a flood of wrong keys does not reach the database.
/// Secrets that were imported have an index of their own.
public final class CachedKeyDirectory implements KeyDirectory, ChangePoll.Listener {
  private static final int MOST_KEYS = 1_000_000;
  private static final int MOST_UNKNOWN = 20_000;
  private static final Duration UNKNOWN_FOR = Duration.ofSeconds(2);
  private static final String QUERY =
      "select s.hmac, s.pepper_version, s.valid_until, k.tenant_id, k.id, k.project_id,"
          + " k.business_unit_id, k.owner_id, k.name, k.state, k.expires_at, k.policy::text,"
          + " k.metadata::text, k.tags::text, k.hint, k.created_at, k.last_used_at,"
          + " p.name, p.capture, p.retention_days, p.archived, p.created_at"
          + " from tollgate.key_secret s"
          + " join tollgate.virtual_key k on k.tenant_id = s.tenant_id and k.id = s.key_id"
          + " join tollgate.project p on p.tenant_id = k.tenant_id and p.id = k.project_id"
          + " where s.id = ?";

  private static final String ANY_IMPORTED =
      "select exists (select from tollgate.key_secret where id < 0)";

  private final Database database;
  private final Index own = new Index();
  private final Index imported = new Index();
  private volatile @Nullable Boolean anyImported;
  private final ConcurrentHashMap<KeyId, VirtualKey> touched = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<UUID, Set<Long>> secretsOfKey = new ConcurrentHashMap<>();
  private final AtomicLong changes = new AtomicLong();

  private static final class Index {
    private final Cache<Long, KnownKey> known =
        Caffeine.newBuilder().maximumSize(MOST_KEYS).build();
    private final Cache<Long, Boolean> unknown =
        Caffeine.newBuilder().maximumSize(MOST_UNKNOWN).expireAfterWrite(UNKNOWN_FOR).build();
  }

  private Index index(SecretId id) {
    return id.isImported() ? imported : own;
  }

  private List<Index> both() {
    return List.of(own, imported);
  }

  public CachedKeyDirectory(Database database) {
    this.database = database;
  }

  @Override
  public @Nullable KnownKey cached(SecretId id) {
    return index(id).known.getIfPresent(id.value());
  }

  @Override
  public @Nullable KnownKey find(SecretId id) {
    Long secret = id.value();
    Index index = index(id);
    KnownKey cached = index.known.getIfPresent(secret);
    if (cached != null) {
      return cached;
    }
    if (index.unknown.getIfPresent(secret) != null) {
      return null;
    }
    long before = changes.get();
    KnownKey loaded = loadInto(index, secret, id);
    if (loaded == null) {
      index.unknown.put(secret, Boolean.TRUE);
    }
    if (changes.get() != before) {
      // What was read may be older than a change that found nothing to forget here.
      index.known.invalidate(secret);
      index.unknown.invalidate(secret);
    }
    return loaded;
  }

  @Override
  public void touch(VirtualKey key) {
    if (!touched.containsKey(key.id())) {
      touched.put(key.id(), key);
    }
  }

  @Override
  public void changed(ChangePoll.Change change) {
    changes.incrementAndGet();
    switch (change.kind()) {
      case "key" -> {
        Set<Long> secrets = secretsOfKey.remove(UUID.fromString(change.subject()));
        if (secrets != null) {
          both().forEach(each -> each.known.invalidateAll(secrets));
        }
        // A secret that was tried before it existed must not stay unknown.
        both().forEach(each -> each.unknown.invalidateAll());
        anyImported = null;
      }
      case "project" -> {
        UUID project = UUID.fromString(change.subject());
        both()
            .forEach(
                index ->
                    index
                        .known
                        .asMap()
                        .values()
                        .removeIf(each -> each.project().id().value().equals(project)));
      }
      default -> {
        // Not about keys.
      }
    }
  }

  @Override
  public void everythingMayHaveChanged() {
    changes.incrementAndGet();
    anyImported = null;
    for (Index each : both()) {
      each.known.invalidateAll();
      each.unknown.invalidateAll();
    }
  }

  /// Asked at most once after each change of a key.
  @Override
  public boolean hasImported() {
    Boolean any = anyImported;
    return any == null ? askWhetherImported() : any;
  }

  private synchronized boolean askWhetherImported() {
    Boolean known = anyImported;
    if (known != null) {
      return known;
    }
    long before = changes.get();
    boolean any =
        database.asLedger(
            connection -> {
              try (PreparedStatement select = connection.prepareStatement(ANY_IMPORTED);
                  ResultSet row = select.executeQuery()) {
                row.next();
                return row.getBoolean(1);
              }
            });
    if (changes.get() == before) {
      anyImported = any;
    }
    return any;
  }

  /// Writes when keys were used, to the minute. What could not be written is tried again next time.
  public void flushTouched() {
    List<VirtualKey> batch = List.copyOf(touched.values());
    if (batch.isEmpty()) {
      return;
    }
    database.asLedger(
        connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  "update tollgate.virtual_key set last_used_at = date_trunc('minute', tollgate.at())"
                      + " where tenant_id = ? and id = ?")) {
            for (VirtualKey key : batch) {
              update.setObject(1, key.tenant().value());
              update.setObject(2, key.id().value());
              update.addBatch();
            }
            return update.executeBatch().length;
          }
        });
    batch.forEach(key -> touched.remove(key.id()));
  }

  /// A loader may return null, which keeps nothing; Caffeine's annotations do not say so.
  @SuppressWarnings("NullAway")
  private @Nullable KnownKey loadInto(Index index, Long secret, SecretId id) {
    return index.known.get(secret, _ -> load(id));
  }

  private @Nullable KnownKey load(SecretId id) {
    KnownKey loaded = database.<@Nullable KnownKey>asLedger(connection -> query(connection, id));
    if (loaded != null) {
      secretsOfKey.compute(loaded.key().id().value(), (_, secrets) -> with(secrets, id.value()));
    }
    return loaded;
  }

  /// Added inside the map's lock: a set that is being removed would lose it.
  private static Set<Long> with(@Nullable Set<Long> secrets, long id) {
    Set<Long> grown = secrets == null ? ConcurrentHashMap.newKeySet() : secrets;
    grown.add(id);
    return grown;
  }

  private static @Nullable KnownKey query(Connection connection, SecretId id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(QUERY)) {
      select.setLong(1, id.value());
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? known(id, row) : null;
      }
    }
  }

  private static KnownKey known(SecretId id, ResultSet row) throws SQLException {
    TenantId tenant = new TenantId(row.getObject(4, UUID.class));
    KeyId key = new KeyId(row.getObject(5, UUID.class));
    ProjectId project = new ProjectId(row.getObject(6, UUID.class));
    BusinessUnitId unit = new BusinessUnitId(row.getObject(7, UUID.class));
    UUID owner = row.getObject(8, UUID.class);
    return new KnownKey(
        new StoredSecret(id, key, row.getBytes(1), row.getInt(2), instant(row.getTimestamp(3))),
        new VirtualKey(
            key,
            tenant,
            project,
            unit,
            owner == null ? null : new MemberId(owner),
            row.getString(9),
            VirtualKey.State.valueOf(row.getString(10)),
            instant(row.getTimestamp(11)),
            KeyJson.policy(row.getString(12)),
            KeyJson.map(row.getString(13)),
            KeyJson.strings(row.getString(14)),
            row.getString(15),
            row.getTimestamp(16).toInstant(),
            instant(row.getTimestamp(17))),
        new Project(
            project,
            tenant,
            unit,
            row.getString(18),
            Capture.parse(row.getString(19)),
            Retention.ofDays(row.getInt(20)),
            row.getBoolean(21),
            row.getTimestamp(22).toInstant()));
  }

  private static @Nullable Instant instant(@Nullable Timestamp time) {
    return time == null ? null : time.toInstant();
  }
}
