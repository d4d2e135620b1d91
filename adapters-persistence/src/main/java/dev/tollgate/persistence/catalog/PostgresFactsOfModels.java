package dev.tollgate.persistence.catalog;

import static dev.tollgate.persistence.database.Rows.param;

import dev.tollgate.domain.catalog.FactsOfModels;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.ids.ModelFactsId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Rows;
import java.util.List;

/// Facts of models in PostgreSQL.
public final class PostgresFactsOfModels implements FactsOfModels {
  private final Database database;

  public PostgresFactsOfModels(Database database) {
    this.database = database;
  }

  @Override
  public void alone(TenantId tenant) {
    database.lock(tenant, PostgresCatalog.LOCK);
  }

  @Override
  public void put(TenantId tenant, ModelFacts facts) {
    database.inTenant(
        tenant,
        tx -> {
          PostgresCatalog.alone(tx, tenant);
          tx.createUpdate(
                  """
                  update tollgate.model_facts set superseded_at = tollgate.at()
                  where tenant_id = ? and model = ? and effective_from = ? and superseded_at is null
                  """)
              .addParam(tenant.value())
              .addParam(facts.model())
              .addParam(param(facts.effectiveFrom()))
              .execute();
          return tx.createInsert(
                  """
                  insert into tollgate.model_facts (tenant_id, id, model, effective_from, facts)
                  values (?,?,?,?,cast(? as jsonb))
                  """)
              .addParam(tenant.value())
              .addParam(facts.id().value())
              .addParam(facts.model())
              .addParam(param(facts.effectiveFrom()))
              .addParam(CatalogJson.facts(facts))
              .execute();
        });
  }

  @Override
  public List<ModelFacts> all(TenantId tenant) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.all(
                tx.createQuery(
                        """
                        select id, model, effective_from, facts::text as facts
                        from tollgate.model_facts where tenant_id = ? and superseded_at is null
                        order by model, effective_from desc
                        """)
                    .addParam(tenant.value())
                    .execute(),
                row ->
                    CatalogJson.facts(
                        new ModelFactsId(Rows.uuid(row, "id")),
                        Rows.text(row, "model"),
                        Rows.time(row, "effective_from"),
                        Rows.text(row, "facts"))));
  }
}
