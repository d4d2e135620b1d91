package dev.tollgate.persistence.catalog;

import static dev.tollgate.persistence.database.Rows.param;

import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.pricing.Seller;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.util.List;
import java.util.Optional;

/// Dated prices in PostgreSQL.
public final class PostgresPrices implements Prices {
  private static final String COLUMNS =
      " id, seller, model, effective_from, rates::text as rates, discount_basis_points ";
  private static final String SELECT =
      "select"
          + COLUMNS
          + """
      from tollgate.price where tenant_id = ? and superseded_at is null\
      """;

  private final Database database;

  public PostgresPrices(Database database) {
    this.database = database;
  }

  @Override
  public void alone(TenantId tenant) {
    database.lock(tenant, PostgresCatalog.LOCK);
  }

  @Override
  public Optional<Price> put(TenantId tenant, Price price) {
    return database.inTenant(
        tenant,
        tx -> {
          PostgresCatalog.alone(tx, tenant);
          Optional<Price> superseded =
              Rows.one(
                  tx.createQuery(
                          "update tollgate.price set superseded_at = tollgate.at()"
                              + " where tenant_id = ? and seller = ? and model = ?"
                              + " and effective_from = ? and superseded_at is null returning"
                              + COLUMNS)
                      .addParam(tenant.value())
                      .addParam(price.seller().wire())
                      .addParam(price.model())
                      .addParam(param(price.effectiveFrom()))
                      .execute(),
                  PostgresPrices::price);
          tx.createInsert(
                  "insert into tollgate.price (tenant_id, id, seller, model, effective_from,"
                      + " rates, discount_basis_points) values (?,?,?,?,?,cast(? as jsonb),?)")
              .addParam(tenant.value())
              .addParam(price.id().value())
              .addParam(price.seller().wire())
              .addParam(price.model())
              .addParam(param(price.effectiveFrom()))
              .addParam(CatalogJson.rates(price.rates()))
              .addParam(price.discountBasisPoints())
              .execute();
          return superseded;
        });
  }

  @Override
  public Optional<Price> find(TenantId tenant, PriceId id) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.one(
                tx.createQuery(SELECT + " and id = ?")
                    .addParam(tenant.value())
                    .addParam(id.value())
                    .execute(),
                PostgresPrices::price));
  }

  @Override
  public List<Price> all(TenantId tenant) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.all(
                tx.createQuery(SELECT + " order by seller, model, effective_from desc")
                    .addParam(tenant.value())
                    .execute(),
                PostgresPrices::price));
  }

  @Override
  public Change change(TenantId tenant, Price price) {
    return database.inTenant(
        tenant,
        tx ->
            change(
                Rows.one(
                        tx.createQuery(
                                """
                                select tollgate.change_future_price_2(cast(? as uuid),
                                  cast(? as timestamptz), cast(? as jsonb), cast(? as smallint))
                                  as change
                                """)
                            .addParam(price.id().value())
                            .addParam(param(price.effectiveFrom()))
                            .addParam(CatalogJson.rates(price.rates()))
                            .addParam(price.discountBasisPoints())
                            .execute(),
                        row -> Rows.text(row, "change"))
                    .orElseThrow()));
  }

  @Override
  public Change remove(TenantId tenant, PriceId id) {
    return database.inTenant(
        tenant,
        tx ->
            change(
                Rows.one(
                        tx.createQuery(
                                "select tollgate.remove_future_price_2(cast(? as uuid)) as change")
                            .addParam(id.value())
                            .execute(),
                        row -> Rows.text(row, "change"))
                    .orElseThrow()));
  }

  private static Change change(String word) {
    return switch (word) {
      case "changed", "removed" -> Change.DONE;
      case "missing" -> Change.MISSING;
      case "in_force" -> Change.IN_FORCE;
      case "date_taken" -> Change.DATE_TAKEN;
      default -> throw new IllegalStateException(word);
    };
  }

  private static Price price(DbRow row) {
    return new Price(
        new PriceId(Rows.uuid(row, "id")),
        Seller.parse(Rows.text(row, "seller")),
        Rows.text(row, "model"),
        Rows.time(row, "effective_from"),
        CatalogJson.rates(Rows.text(row, "rates")),
        (int) Rows.number(row, "discount_basis_points"));
  }
}
