package dev.tollgate.persistence.database;

import dev.tollgate.persistence.database.DatabaseConfig.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Looks at a database without changing it: what a node needs of it, and what it must not have.
public final class DatabaseCheckup {
  private static final String MIGRATION =
      "select version from tollgate.flyway_schema_history where success and version is not null"
          + " order by installed_rank desc limit 1";

  /// What no role of a running gateway may do.
  private static final String FORBIDDEN =
      """
      select r || ' may ' || p || ' ' || t from unnest(array['tollgate_app', 'tollgate_ledger']) r,
        unnest(array['entry', 'ledger_batch', 'ledger_anchor', 'call', 'account', 'hold']) t,
        unnest(array['update', 'delete', 'truncate']) p
      where has_table_privilege(r, 'tollgate.' || t, p)
        or p = 'update' and has_any_column_privilege(r, 'tollgate.' || t, p) order by 1""";

  /// Who may do what. A function is guarded when it runs with its owner's rights: what calls it
  /// does what its caller may not.
  private static final String RIGHTS =
      """
      (select a.grantee, lower(a.privilege_type) || ' ' || c.relname as what, true as guarded
        from pg_class c, aclexplode(c.relacl) a where c.relnamespace = 'tollgate'::regnamespace
      union all select a.grantee, lower(a.privilege_type) || ' ' || c.relname || '.' || t.attname, true
        from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
        where c.relnamespace = 'tollgate'::regnamespace
      union all select a.grantee, 'execute ' || p.proname, p.prosecdef and p.prorettype <> 'trigger'::regtype
        from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        where p.pronamespace = 'tollgate'::regnamespace) x""";

  private static final String GRANTED =
      "select r.rolname || ' may ' || x.what from "
          + RIGHTS
          + " join pg_roles r on r.oid = x.grantee where r.rolname in"
          + " ('tollgate_app', 'tollgate_ledger') order by 1";

  /// What is open to roles that the migrations do not name, or to the rows of all tenants.
  private static final String OPEN =
      "select 'everyone may ' || x.what from "
          + RIGHTS
          + " where x.grantee = 0 and x.guarded"
          + """

      union all select r || ' may create objects' from unnest(array['tollgate_app', 'tollgate_ledger']) r
        where has_schema_privilege(r, 'tollgate', 'create')
      union all select 'row-level security of ' || c.relname || ' is off' from pg_class c
        where c.relnamespace = 'tollgate'::regnamespace and not c.relrowsecurity
          and exists (select from pg_policy p where p.polrelid = c.oid)
      union all select 'policy ' || p.polname || ' shows everyone all rows of ' || c.relname
        from pg_policy p join pg_class c on c.oid = p.polrelid
        where c.relnamespace = 'tollgate'::regnamespace and p.polpermissive and 0 = any(p.polroles)
          and pg_get_expr(p.polqual, p.polrelid) = 'true' order by 1""";

  private final DatabaseConfig config;

  public DatabaseCheckup(DatabaseConfig config) {
    this.config = config;
  }

  /// Why a role cannot be used; empty when it can.
  public String faultOf(Role role) {
    try (Connection connection = open(role);
        PreparedStatement select =
            connection.prepareStatement(
                "select rolsuper or rolbypassrls, rolcreaterole or rolcreatedb or rolreplication"
                    + " from pg_roles where rolname = current_user");
        ResultSet row = select.executeQuery()) {
      row.next();
      if (row.getBoolean(1)) {
        return "is a superuser or passes by row-level security";
      }
      return role != Role.MIGRATOR && row.getBoolean(2)
          ? "may make roles or databases, or replicate"
          : "";
    } catch (SQLException e) {
      return "cannot connect: " + String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
  }

  /// What roles of a running gateway, or all roles, may do and must not; nothing when all is well.
  public List<String> excessiveGrants() throws SQLException {
    Set<String> found = new TreeSet<>(grants());
    found.removeAll(expectedGrants());
    found.addAll(rows(FORBIDDEN));
    found.addAll(rows(OPEN));
    return List.copyOf(found);
  }

  /// What they need and lack; nothing when all is well.
  public List<String> missingGrants() throws SQLException {
    Set<String> missing = new TreeSet<>(expectedGrants());
    grants().forEach(missing::remove);
    return List.copyOf(missing);
  }

  /// What was granted to the roles of a running gateway.
  List<String> grants() throws SQLException {
    return rows(GRANTED);
  }

  /// What the migrations grant.
  static List<String> expectedGrants() {
    try (InputStream in =
        Objects.requireNonNull(DatabaseCheckup.class.getResourceAsStream("/db/grants.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> rows(String query) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = open(Role.MIGRATOR);
        PreparedStatement select = connection.prepareStatement(query);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.add(row.getString(1));
      }
    }
    return found;
  }

  /// The version of the schema, or null when there is none yet.
  public @Nullable String schemaVersion() throws SQLException {
    return "t".equals(text("select to_regclass('tollgate.flyway_schema_history') is not null"))
        ? text(MIGRATION)
        : null;
  }

  /// Such as `18.6`.
  public String serverVersion() throws SQLException {
    return String.valueOf(text("show server_version"));
  }

  /// How far this machine's clock is ahead of the database's.
  public Duration clockOffset() throws SQLException {
    Instant before = Instant.now();
    try (Connection connection = open(Role.MIGRATOR);
        PreparedStatement select = connection.prepareStatement("select clock_timestamp()")) {
      before = Instant.now();
      try (ResultSet row = select.executeQuery()) {
        Instant after = Instant.now();
        row.next();
        Instant there = row.getObject(1, OffsetDateTime.class).toInstant();
        Instant here = before.plus(Duration.between(before, after).dividedBy(2));
        return Duration.between(there, here);
      }
    }
  }

  /// For how many days from today on there are partitions.
  public int daysAhead() throws SQLException {
    String days = text("select tollgate.days_ahead_2((now() at time zone 'utc')::date)");
    return days == null ? 0 : Integer.parseInt(days);
  }

  private @Nullable String text(String query) throws SQLException {
    try (Connection connection = open(Role.MIGRATOR);
        PreparedStatement select = connection.prepareStatement(query);
        ResultSet row = select.executeQuery()) {
      return row.next() ? row.getString(1) : null;
    }
  }

  private Connection open(Role role) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", role.user());
    properties.setProperty("password", config.password(role));
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "10");
    return DriverManager.getConnection(config.url(), properties);
  }
}
