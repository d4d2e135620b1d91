package dev.tollgate.persistence.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What each role of the database can and cannot see and do, whatever statements it is brought to
/// run.
class RowLevelSecurityTest {
  private static final String DENIED = "42501";

  /// Tables that hold nothing of a tenant.
  private static final Set<String> OF_NO_TENANT =
      Set.of(
          "writer_session",
          "flyway_schema_history",
          "ledger_batch",
          "ledger_anchor",
          "key_check",
          "archived_month");

  /// Tables whose primary key cannot begin with the tenant: a secret names only itself, changes are
  /// read by time, the key of a tenant is its id, and the writer knows accounts and holds by ids
  /// that the ledger gave out.
  private static final Set<String> KEYED_OTHERWISE =
      Set.of("key_secret", "change", "tenant", "account", "hold");

  /// What the platform has, and every tenant may read.
  private static final Set<String> CATALOGUE = Set.of("provider", "model", "price", "model_facts");

  private static final TestingDatabase TESTING = TestingDatabase.shared();
  private static final TenantId OWN = FurnishedTenant.found();
  private static final TenantId OTHER = FurnishedTenant.found();

  private Connection app;
  private Connection ledger;

  @BeforeEach
  void open() throws SQLException {
    app = TESTING.open(Role.APP);
    app.setAutoCommit(false);
    ledger = TESTING.open(Role.LEDGER);
  }

  @AfterEach
  void close() throws SQLException {
    app.rollback();
    app.close();
    ledger.close();
  }

  /// Every tenant sees the catalogue of the platform, those of other tests too.
  @AfterAll
  static void clearPlatform() {
    for (String table :
        List.of("model", "provider_credential", "provider", "price", "model_facts")) {
      TESTING.run(
          Role.MIGRATOR,
          "delete from tollgate.%s where tenant_id = '%s'"
              .formatted(table, TenantId.PLATFORM.value()));
    }
  }

  private List<String> tables() {
    return TESTING.select(
        "select relname from pg_class where relnamespace = 'tollgate'::regnamespace"
            + " and relkind in ('r', 'p') and not relispartition order by relname");
  }

  private List<String> tablesOfTenants() {
    return tables().stream().filter(table -> !OF_NO_TENANT.contains(table)).toList();
  }

  private static String column(String table) {
    return table.equals("tenant") ? "id" : "tenant_id";
  }

  private void confineTo(TenantId tenant) throws SQLException {
    execute(app, "select set_config('app.tenant', '" + tenant.value() + "', true)");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /// Rows that a role sees or changes; none when it may not even ask.
  private static long rows(Connection connection, String sql) throws SQLException {
    var before = connection.getAutoCommit() ? null : connection.setSavepoint();
    try (Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return statement.getUpdateCount();
      }
      try (ResultSet row = statement.getResultSet()) {
        row.next();
        return row.getLong(1);
      }
    } catch (SQLException e) {
      assertThat(e.getSQLState()).as("%s: %s", sql, e.getMessage()).isEqualTo(DENIED);
      if (before != null) {
        connection.rollback(before);
      }
      return 0;
    }
  }

  private static void assertDenied(ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(DENIED));
  }

  @Test
  void everyTableOfTenantsHasRowsOfBoth() {
    for (String table : tablesOfTenants()) {
      for (TenantId tenant : List.of(OWN, OTHER)) {
        assertThat(
                TESTING.select(
                    "select 1 from tollgate.%s where %s = '%s' limit 1"
                        .formatted(table, column(table), tenant.value())))
            .as(table)
            .hasSize(1);
      }
    }
  }

  @Test
  void everyTableOfTenantsForcesRowLevelSecurity() {
    assertThat(
            TESTING.select(
                "select relname from pg_class where relnamespace = 'tollgate'::regnamespace"
                    + " and relkind in ('r', 'p') and not relispartition"
                    + " and relrowsecurity and relforcerowsecurity order by relname"))
        .isEqualTo(tablesOfTenants());
  }

  @Test
  void everyPrimaryKeyBeginsWithTheTenant() {
    List<String> found =
        TESTING.select(
            "select c.relname from pg_class c join pg_index i on i.indrelid = c.oid"
                + " and i.indisprimary join pg_attribute a on a.attrelid = c.oid"
                + " and a.attnum = i.indkey[0] where c.relnamespace = 'tollgate'::regnamespace"
                + " and not c.relispartition and a.attname = 'tenant_id'");
    assertThat(found)
        .containsExactlyInAnyOrderElementsOf(
            tablesOfTenants().stream().filter(each -> !KEYED_OTHERWISE.contains(each)).toList());
  }

  @Test
  void noRoleOfTheGatewayHasRightsOnAPartitionOrOwnsATable() {
    assertThat(
            TESTING.select(
                "select c.relname from pg_class c, (values ('tollgate_app'), ('tollgate_ledger'))"
                    + " as r(role) where c.relnamespace = 'tollgate'::regnamespace"
                    + " and c.relkind in ('r', 'p') and (c.relowner = r.role::regrole"
                    + " or c.relispartition and has_any_column_privilege(r.role, c.oid,"
                    + " 'select, insert, update'))"))
        .isEmpty();
  }

  @Test
  void noRoleOfTheGatewayGoesPastRowLevelSecurity() {
    assertThat(
            TESTING.select(
                "select rolname from pg_roles where rolname like 'tollgate%'"
                    + " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)"))
        .isEmpty();
  }

  @Test
  void withoutATenantTheApplicationSeesNothing() throws SQLException {
    FurnishedTenant.furnishCatalogue(TenantId.PLATFORM);
    for (String table : tables()) {
      assertThat(rows(app, "select count(*) from tollgate." + table)).as(table).isZero();
    }
  }

  @Test
  void theApplicationSeesItsTenantOnly() throws SQLException {
    confineTo(OWN);
    for (String table : tablesOfTenants()) {
      String others =
          "select count(*) from tollgate.%s where %s not in ('%s', '%s')"
              .formatted(table, column(table), OWN.value(), TenantId.PLATFORM.value());
      assertThat(rows(app, others)).as(table).isZero();
    }
    assertThat(rows(app, "select count(*) from tollgate.call")).isEqualTo(1);
    assertThat(rows(app, "select count(*) from tollgate.virtual_key")).isEqualTo(1);
  }

  @Test
  void ofThePlatformTheApplicationReadsTheCatalogueWithoutCredentials() throws SQLException {
    FurnishedTenant.furnishCatalogue(TenantId.PLATFORM);
    confineTo(OWN);
    for (String table : tablesOfTenants()) {
      String where = " where %s = '%s'".formatted(column(table), TenantId.PLATFORM.value());
      boolean shown = CATALOGUE.contains(table);
      assertThat(rows(app, "select count(*) from tollgate." + table + where) > 0)
          .as(table)
          .isEqualTo(shown);
      for (String name : updatable(table)) {
        assertThat(rows(app, "update tollgate.%s set %s = %s".formatted(table, name, name) + where))
            .as(table)
            .isZero();
      }
      assertThat(rows(app, "delete from tollgate." + table + where)).as(table).isZero();
    }
  }

  @Test
  void aTenantIsForgottenAtTheEndOfItsTransaction() throws SQLException {
    confineTo(OWN);
    app.commit();
    // An empty setting is not a tenant either: to ask is an error, never an answer.
    assertThatThrownBy(() -> execute(app, "select 1 from tollgate.project"))
        .isInstanceOf(SQLException.class);
  }

  @Test
  void theApplicationCannotChangeRowsOfOthers() throws SQLException {
    confineTo(OWN);
    for (String table : tablesOfTenants()) {
      String where = " where " + column(table) + " = '" + OTHER.value() + "'";
      for (String name : updatable(table)) {
        String update = "update tollgate.%s set %s = %s".formatted(table, name, name) + where;
        assertThat(rows(app, update)).as(update).isZero();
      }
      assertThat(rows(app, "delete from tollgate." + table + where)).as(table).isZero();
    }
  }

  private List<String> updatable(String table) {
    return TESTING.select(
        "select attname from pg_attribute where attrelid = 'tollgate.%s'::regclass".formatted(table)
            + " and attnum > 0 and not attisdropped"
            + " and has_column_privilege('tollgate_app', attrelid, attnum, 'update') limit 1");
  }

  @Test
  void theApplicationCannotAddRowsToOthers() throws SQLException {
    for (String table : tablesOfTenants()) {
      String copy =
          TESTING
              .select(
                  "select to_jsonb(t)::text from tollgate.%s t where %s = '%s' limit 1"
                      .formatted(table, column(table), OTHER.value()))
              .getFirst();
      confineTo(OWN);
      String insert =
          "insert into tollgate."
              + table
              + " overriding system value select * from jsonb_populate_record(null::tollgate."
              + table
              + ", '"
              + copy.replace("'", "''")
              + "'::jsonb)";
      assertDenied(() -> execute(app, insert));
      app.rollback();
    }
  }

  @Test
  void theApplicationCannotGiveItsRowsToOthers() throws SQLException {
    for (String table : List.of("project", "virtual_key", "key_secret", "idempotency")) {
      confineTo(OWN);
      assertDenied(
          () ->
              execute(
                  app, "update tollgate." + table + " set tenant_id = '" + OTHER.value() + "'"));
      app.rollback();
    }
  }

  @Test
  void theApplicationWritesNoCallsAndReadsNoTokens() throws SQLException {
    for (String sql :
        List.of(
            "insert into tollgate.call select * from tollgate.call",
            "insert into tollgate.usage_quarter select * from tollgate.usage_quarter",
            "update tollgate.call set cost_nanos = 0",
            "delete from tollgate.call",
            "select 1 from tollgate.admin_token",
            "select 1 from tollgate.writer_session",
            "update tollgate.provider_credential set hint = ''",
            "create table tollgate.mine ()")) {
      confineTo(OWN);
      assertDenied(() -> execute(app, sql));
      app.rollback();
    }
  }

  @Test
  void theLedgerCannotChangeOrDeleteWhatItWrote() {
    for (String sql :
        List.of(
            "update tollgate.call set cost_nanos = 0",
            "delete from tollgate.call",
            "truncate tollgate.call",
            "delete from tollgate.call_30_20261120",
            "drop table tollgate.call_30_20261120",
            "update tollgate.call_content set request = ''",
            "delete from tollgate.call_content",
            "delete from tollgate.usage_quarter",
            "update tollgate.usage_bucket set calls = 0",
            "insert into tollgate.call (id) select id from tollgate.call",
            "insert into tollgate.entry select * from tollgate.entry",
            "update tollgate.entry set amount = 0",
            "update tollgate.account set posted = 0",
            "insert into tollgate.account (tenant_id) select tenant_id from tollgate.account",
            "update tollgate.hold set amount = 0",
            "delete from tollgate.hold",
            "update tollgate.writer_session set head = ''",
            "update tollgate.writer_session set last_batch = 0",
            "insert into tollgate.ledger_batch select * from tollgate.ledger_batch",
            "update tollgate.archived_key set amount = 0",
            "update tollgate.virtual_key set state = 'ACTIVE'",
            "update tollgate.key_secret set hmac = ''",
            "insert into tollgate.admin_token select * from tollgate.admin_token",
            "select 1 from tollgate.provider_credential")) {
      assertDenied(() -> execute(ledger, sql));
    }
  }

  @Test
  void theLedgerNotesTheUseOfAnyKeyAndNothingElse() throws SQLException {
    assertThat(
            rows(
                ledger,
                "update tollgate.virtual_key set last_used_at = now() where tenant_id in ('%s','%s')"
                    .formatted(OWN.value(), OTHER.value())))
        .isEqualTo(2);
  }
}
