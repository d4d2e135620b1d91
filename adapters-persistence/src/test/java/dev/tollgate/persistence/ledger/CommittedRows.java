package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.TestingDatabase;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/// What the database holds of a tenant's calls, read past all adapters.
final class CommittedRows {
  private final DatabaseConfig config;
  private final TenantId tenant;

  CommittedRows(DatabaseConfig config, TenantId tenant) {
    this.config = config;
    this.tenant = tenant;
  }

  /// One entry per row, so that a call which was written twice is there twice.
  List<CallId> ids() {
    return select("select id from tollgate.call").stream()
        .map(id -> new CallId(UUID.fromString(id)))
        .toList();
  }

  /// Rows in each batch, in the order of the batches.
  List<String> batches() {
    return TestingDatabase.select(
        config,
        "select count(*) from tollgate.call where tenant_id = '"
            + tenant.value()
            + "' group by session_id, batch order by session_id, batch");
  }

  /// Holds the roll-ups against the rows: count, cost and tokens.
  void assertRollUpsEqualTheRows() {
    List<String> rows = sums("tollgate.call", "count(*)");
    assertThat(sums("tollgate.usage_bucket", "sum(calls)")).isEqualTo(rows);
  }

  private List<String> sums(String table, String calls) {
    return select(
        "select "
            + calls
            + " || ' ' || sum(cost_nanos) || ' ' || tollgate.sum_arrays(usage)::text from "
            + table);
  }

  private List<String> select(String query) {
    return TestingDatabase.select(config, query + " where tenant_id = '" + tenant.value() + "'");
  }

  static List<CallId> idsOf(Collection<CallRecord> calls) {
    return calls.stream().map(CallRecord::id).toList();
  }
}
