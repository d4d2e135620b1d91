package dev.tollgate.persistence.catalog;

import static dev.tollgate.persistence.database.Rows.param;

import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Model;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.secrets.SealedCredential;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbExecute;
import io.helidon.dbclient.DbRow;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Providers, models and prices in PostgreSQL.
public final class PostgresCatalog implements Catalog, Prices {
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
    return providers(tenant).stream().filter(provider -> provider.id().equals(id)).findFirst();
  }

  @Override
  public List<Provider> providers(TenantId tenant) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.all(
                tx.createQuery(
                        "select tenant_id, id, name, kind, base_url, allow_private_network,"
                            + " options::text as options, created_at, credential_version"
                            + " from tollgate.provider"
                            + " where tenant_id = ? order by id desc")
                    .addParam(tenant.value())
                    .execute(),
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
  public Optional<Provider> changeCredential(Provider provider, SealedCredential credential) {
    boolean changed =
        database.inTenant(
            provider.tenant(),
            tx ->
                Rows.one(
                        tx.createQuery(
                                "select tollgate.set_credential_2(?, ?, ?, ?, ?, ?) as changed")
                            .addParam(provider.id().value())
                            .addParam(credential.keyId())
                            .addParam(credential.wrappedKey())
                            .addParam(credential.nonce())
                            .addParam(credential.ciphertext())
                            .addParam(credential.hint())
                            .execute(),
                        row -> Rows.flag(row, "changed"))
                    .orElse(false));
    return changed ? findProvider(provider.tenant(), provider.id()) : Optional.empty();
  }

  @Override
  public boolean addModel(Model model) {
    return database.inTenant(
        model.tenant(),
        tx ->
            tx.createInsert(
                        "insert into tollgate.model (tenant_id, id, name, deployments, created_at)"
                            + " values (?,?,?,cast(? as jsonb),?)"
                            + " on conflict (tenant_id, name) do nothing")
                    .addParam(model.tenant().value())
                    .addParam(model.id().value())
                    .addParam(model.name())
                    .addParam(CatalogJson.deployments(model.deployments()))
                    .addParam(param(model.createdAt()))
                    .execute()
                == 1);
  }

  @Override
  public List<Model> models(TenantId tenant) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.all(
                tx.createQuery(
                        "select id, name, deployments::text as deployments, created_at"
                            + " from tollgate.model where tenant_id = ? order by name")
                    .addParam(tenant.value())
                    .execute(),
                row ->
                    new Model(
                        new ModelId(Rows.uuid(row, "id")),
                        tenant,
                        Rows.text(row, "name"),
                        CatalogJson.deployments(Rows.text(row, "deployments")),
                        Rows.time(row, "created_at"))));
  }

  @Override
  public void put(TenantId tenant, Price price) {
    database.inTenant(
        tenant,
        tx -> {
          tx.createUpdate(
                  "update tollgate.price set superseded_at = tollgate.at() where tenant_id = ?"
                      + " and seller = ? and model = ? and effective_from = ?"
                      + " and superseded_at is null")
              .addParam(tenant.value())
              .addParam(price.seller())
              .addParam(price.model())
              .addParam(param(price.effectiveFrom()))
              .execute();
          return tx.createInsert(
                  "insert into tollgate.price (tenant_id, id, seller, model, effective_from,"
                      + " rates, discount_basis_points) values (?,?,?,?,?,cast(? as jsonb),?)")
              .addParam(tenant.value())
              .addParam(price.id().value())
              .addParam(price.seller())
              .addParam(price.model())
              .addParam(param(price.effectiveFrom()))
              .addParam(CatalogJson.rates(price.rates()))
              .addParam(price.discountBasisPoints())
              .execute();
        });
  }

  @Override
  public List<Price> all(TenantId tenant) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.all(
                tx.createQuery(
                        "select id, seller, model, effective_from, rates::text as rates,"
                            + " discount_basis_points from tollgate.price where tenant_id = ?"
                            + " and superseded_at is null"
                            + " order by seller, model, effective_from desc")
                    .addParam(tenant.value())
                    .execute(),
                row ->
                    new Price(
                        new PriceId(Rows.uuid(row, "id")),
                        Rows.text(row, "seller"),
                        Rows.text(row, "model"),
                        Rows.time(row, "effective_from"),
                        CatalogJson.rates(Rows.text(row, "rates")),
                        (int) Rows.number(row, "discount_basis_points"))));
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
