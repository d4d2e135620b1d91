package dev.tollgate.persistence.catalog;

import static dev.tollgate.persistence.database.Rows.param;

import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Model;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.secrets.SealedCredential;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Providers and models in PostgreSQL.
public final class PostgresCatalog implements Catalog {
  /// The lock of changes to a tenant's catalogue.
  static final int LOCK = 7011;

  private static final String PROVIDERS =
      """
      select tenant_id, id, name, kind, base_url, allow_private_network, options::text as options,
        created_at, credential_version from tollgate.provider where tenant_id = ?\
      """;
  private static final String MODELS =
      """
      select tenant_id, id, name, deployments::text as deployments, created_at
      from tollgate.model where tenant_id = ?\
      """;

  private final Database database;

  public PostgresCatalog(Database database) {
    this.database = database;
  }

  @Override
  public boolean addProvider(Provider provider, @Nullable SealedCredential credential) {
    URI baseUrl = provider.baseUrl();
    return database.inTenant(
        provider.tenant(),
        tx -> {
          long added =
              tx.createInsert(
                      "insert into tollgate.provider (tenant_id, id, name, kind, base_url,"
                          + " allow_private_network, options, created_at)"
                          + " values (?,?,?,?,?,?,cast(? as jsonb),?)"
                          + " on conflict (tenant_id, name) do nothing")
                  .addParam(provider.tenant().value())
                  .addParam(provider.id().value())
                  .addParam(provider.name())
                  .addParam(provider.kind().wire())
                  .addParam(baseUrl == null ? null : baseUrl.toString())
                  .addParam(provider.allowPrivateNetwork())
                  .addParam(CatalogJson.options(provider.options()))
                  .addParam(param(provider.createdAt()))
                  .execute();
          if (added == 1 && credential != null) {
            addCredential(tx, provider, credential);
          }
          return added == 1;
        });
  }

  @Override
  public Optional<Provider> findProvider(TenantId tenant, ProviderId id) {
    return database.inTenant(tenant, tx -> findProvider(tx, tenant, id, ""));
  }

  private static Optional<Provider> findProvider(
      DbExecute tx, TenantId tenant, ProviderId id, String lock) {
    return Rows.one(
        tx.createQuery(PROVIDERS + " and id = ?" + lock)
            .addParam(tenant.value())
            .addParam(id.value())
            .execute(),
        PostgresCatalog::provider);
  }

  @Override
  public List<Provider> providers(TenantId tenant) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.all(
                tx.createQuery(PROVIDERS + " order by id desc").addParam(tenant.value()).execute(),
                PostgresCatalog::provider));
  }

  @Override
  public Optional<SealedCredential> credential(TenantId tenant, ProviderId id) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.one(
                tx.createQuery(
                        "select kek_id, wrapped_key, nonce, ciphertext, hint"
                            + " from tollgate.provider_credential"
                            + " where tenant_id = ? and provider_id = ?")
                    .addParam(tenant.value())
                    .addParam(id.value())
                    .execute(),
                Rows::sealed));
  }

  @Override
  public Change<Provider> updateProvider(
      TenantId tenant,
      ProviderId id,
      UnaryOperator<Provider> change,
      @Nullable SealedCredential credential) {
    return database.inTenant(
        tenant,
        tx -> {
          alone(tx, tenant);
          Provider provider = findProvider(tx, tenant, id, " for update").orElse(null);
          if (provider == null) {
            return new Change.Missing<>();
          }
          Provider changed = change.apply(provider);
          if (isTaken(tx, "provider", tenant, changed.name(), id.value())) {
            return new Change.NameTaken<>();
          }
          URI baseUrl = changed.baseUrl();
          tx.createUpdate(
                  """
                  update tollgate.provider set name = ?, base_url = ?, allow_private_network = ?,
                    options = cast(? as jsonb) where tenant_id = ? and id = ?
                  """)
              .addParam(changed.name())
              .addParam(baseUrl == null ? null : baseUrl.toString())
              .addParam(changed.allowPrivateNetwork())
              .addParam(CatalogJson.options(changed.options()))
              .addParam(tenant.value())
              .addParam(id.value())
              .execute();
          if (credential != null) {
            setCredential(tx, id, credential);
          }
          return new Change.Changed<>(findProvider(tx, tenant, id, "").orElseThrow());
        });
  }

  private static void setCredential(DbExecute tx, ProviderId id, SealedCredential credential) {
    Rows.one(
        tx.createQuery("select tollgate.set_credential_2(?, ?, ?, ?, ?, ?) as changed")
            .addParam(id.value())
            .addParam(credential.keyId())
            .addParam(credential.wrappedKey())
            .addParam(credential.nonce())
            .addParam(credential.ciphertext())
            .addParam(credential.hint())
            .execute(),
        row -> Rows.flag(row, "changed"));
  }

  @Override
  public Removal removeProvider(TenantId tenant, ProviderId id) {
    return database.inTenant(
        tenant,
        tx -> {
          alone(tx, tenant);
          boolean used =
              Rows.one(
                      tx.createQuery(
                              """
                              select 1 as one from tollgate.model where tenant_id = ?
                                and deployments @> jsonb_build_array(
                                  jsonb_build_object('provider', cast(? as text)))
                              """)
                          .addParam(tenant.value())
                          .addParam(id.value().toString())
                          .execute(),
                      row -> row)
                  .isPresent();
          if (used) {
            return Removal.IN_USE;
          }
          tx.createDelete(
                  "delete from tollgate.provider_credential where tenant_id = ? and provider_id = ?")
              .addParam(tenant.value())
              .addParam(id.value())
              .execute();
          // Calls keep the prices that they were settled by; nothing else costs them any more.
          tx.createUpdate(
                  "update tollgate.price set superseded_at = tollgate.at() where tenant_id = ?"
                      + " and seller = ? and superseded_at is null")
              .addParam(tenant.value())
              .addParam(id.toString())
              .execute();
          long removed =
              tx.createDelete("delete from tollgate.provider where tenant_id = ? and id = ?")
                  .addParam(tenant.value())
                  .addParam(id.value())
                  .execute();
          return removed == 0 ? Removal.MISSING : Removal.REMOVED;
        });
  }

  @Override
  public void alone(TenantId tenant) {
    database.lock(tenant, LOCK);
  }

  /// Changes of one catalogue happen one after the other, so that what they look at first still
  /// holds when they write.
  static void alone(DbExecute tx, TenantId tenant) {
    Rows.lock(tx, LOCK, tenant.value().toString());
  }

  private static boolean isTaken(
      DbExecute tx, String table, TenantId tenant, String name, UUID except) {
    return Rows.one(
            tx.createQuery(
                    "select 1 as one from tollgate."
                        + table
                        + " where tenant_id = ? and name = ? and id <> ?")
                .addParam(tenant.value())
                .addParam(name)
                .addParam(except)
                .execute(),
            row -> row)
        .isPresent();
  }

  @Override
  public boolean addModel(Model model) {
    return database.inTenant(
        model.tenant(),
        tx -> {
          alone(tx, model.tenant());
          return tx.createInsert(
                      """
                      insert into tollgate.model (tenant_id, id, name, deployments, created_at)
                      values (?,?,?,cast(? as jsonb),?) on conflict (tenant_id, name) do nothing
                      """)
                  .addParam(model.tenant().value())
                  .addParam(model.id().value())
                  .addParam(model.name())
                  .addParam(CatalogJson.deployments(model.deployments()))
                  .addParam(param(model.createdAt()))
                  .execute()
              == 1;
        });
  }

  @Override
  public Optional<Model> findModel(TenantId tenant, ModelId id) {
    return database.inTenant(tenant, tx -> findModel(tx, tenant, id, ""));
  }

  private static Optional<Model> findModel(DbExecute tx, TenantId tenant, ModelId id, String lock) {
    return Rows.one(
        tx.createQuery(MODELS + " and id = ?" + lock)
            .addParam(tenant.value())
            .addParam(id.value())
            .execute(),
        PostgresCatalog::model);
  }

  @Override
  public List<Model> models(TenantId tenant) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.all(
                tx.createQuery(MODELS + " order by name").addParam(tenant.value()).execute(),
                PostgresCatalog::model));
  }

  @Override
  public Change<Model> updateModel(TenantId tenant, ModelId id, UnaryOperator<Model> change) {
    return database.inTenant(
        tenant,
        tx -> {
          alone(tx, tenant);
          Model model = findModel(tx, tenant, id, " for update").orElse(null);
          if (model == null) {
            return new Change.Missing<>();
          }
          Model changed = change.apply(model);
          if (isTaken(tx, "model", tenant, changed.name(), id.value())) {
            return new Change.NameTaken<>();
          }
          tx.createUpdate(
                  """
                  update tollgate.model set name = ?, deployments = cast(? as jsonb)
                  where tenant_id = ? and id = ?
                  """)
              .addParam(changed.name())
              .addParam(CatalogJson.deployments(changed.deployments()))
              .addParam(tenant.value())
              .addParam(id.value())
              .execute();
          return new Change.Changed<>(changed);
        });
  }

  @Override
  public boolean removeModel(TenantId tenant, ModelId id) {
    return database.inTenant(
        tenant,
        tx ->
            tx.createDelete("delete from tollgate.model where tenant_id = ? and id = ?")
                    .addParam(tenant.value())
                    .addParam(id.value())
                    .execute()
                > 0);
  }

  private static Model model(DbRow row) {
    return new Model(
        new ModelId(Rows.uuid(row, "id")),
        new TenantId(Rows.uuid(row, "tenant_id")),
        Rows.text(row, "name"),
        CatalogJson.deployments(Rows.text(row, "deployments")),
        Rows.time(row, "created_at"));
  }

  private static void addCredential(DbExecute tx, Provider provider, SealedCredential credential) {
    tx.createInsert(
            "insert into tollgate.provider_credential (tenant_id, provider_id, kek_id,"
                + " wrapped_key, nonce, ciphertext, hint) values (?,?,?,?,?,?,?)")
        .addParam(provider.tenant().value())
        .addParam(provider.id().value())
        .addParam(credential.keyId())
        .addParam(credential.wrappedKey())
        .addParam(credential.nonce())
        .addParam(credential.ciphertext())
        .addParam(credential.hint())
        .execute();
  }

  private static Provider provider(DbRow row) {
    String baseUrl = Rows.textOrNull(row, "base_url");
    return new Provider(
        new ProviderId(Rows.uuid(row, "id")),
        new TenantId(Rows.uuid(row, "tenant_id")),
        Rows.text(row, "name"),
        ProviderKind.parse(Rows.text(row, "kind")),
        baseUrl == null ? null : URI.create(baseUrl),
        Rows.flag(row, "allow_private_network"),
        CatalogJson.options(Rows.text(row, "options")),
        Rows.time(row, "created_at"),
        (int) Rows.number(row, "credential_version"));
  }
}
