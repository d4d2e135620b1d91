package dev.tollgate.persistence.tenancy;

import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.secrets.KeyCheck;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.Migrations;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What only the migrator may do: found the home tenant and give it an administrator's token. No
/// role of the running gateway can make a tenant or a token.
public final class Founding {
  private final DatabaseConfig config;

  public Founding(DatabaseConfig config) {
    this.config = config;
  }

  /// The home tenant, if there is one.
  public Optional<TenantId> existingTenant() throws SQLException {
    try (Connection connection = Migrations.connect(config);
        PreparedStatement select =
            connection.prepareStatement(
                "select id from tollgate.tenant where id <> ? order by created_at limit 1")) {
      select.setObject(1, TenantId.PLATFORM.value());
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(new TenantId(row.getObject(1, UUID.class)))
            : Optional.empty();
      }
    }
  }

  /// The home tenant, founded with the root of its business units when there is none.
  public TenantId homeTenant(String name, Ids ids) throws SQLException {
    Optional<TenantId> existing = existingTenant();
    if (existing.isPresent()) {
      return existing.get();
    }
    try (Connection connection = Migrations.connect(config)) {
      connection.setAutoCommit(false);
      TenantId tenant = new TenantId(ids.next());
      try (PreparedStatement insert =
          connection.prepareStatement("insert into tollgate.tenant (id, name) values (?, ?)")) {
        insert.setObject(1, tenant.value());
        insert.setString(2, name);
        insert.executeUpdate();
      }
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into tollgate.business_unit (tenant_id, id, name) values (?, ?, ?)")) {
        insert.setObject(1, tenant.value());
        insert.setObject(2, ids.next());
        insert.setString(3, name);
        insert.executeUpdate();
      }
      connection.commit();
      return tenant;
    }
  }

  /// Keeps other nodes that start at the same moment waiting until it is closed.
  public Connection alone() throws SQLException {
    Connection connection = Migrations.connect(config);
    try (PreparedStatement lock = connection.prepareStatement("select pg_advisory_lock(7010)")) {
      lock.execute();
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /// What the master keys of this installation made, or null when none were told yet.
  public @Nullable KeyCheck keyCheck() throws SQLException {
    try (Connection connection = Migrations.connect(config);
        PreparedStatement select =
            connection.prepareStatement(
                "select pepper_version, proof, kek_id, wrapped from tollgate.key_check");
        ResultSet row = select.executeQuery()) {
      return row.next()
          ? new KeyCheck(row.getInt(1), row.getBytes(2), row.getString(3), row.getBytes(4))
          : null;
    }
  }

  /// Keeps it, unless another node was first.
  public void setKeyCheck(KeyCheck check) throws SQLException {
    try (Connection connection = Migrations.connect(config);
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into tollgate.key_check (pepper_version, proof, kek_id, wrapped)"
                    + " values (?, ?, ?, ?) on conflict do nothing")) {
      insert.setInt(1, check.pepperVersion());
      insert.setBytes(2, check.proof());
      insert.setString(3, check.kekId());
      insert.setBytes(4, check.wrapped());
      insert.executeUpdate();
    }
  }

  /// Whether the tenant has an administrator's token.
  public boolean hasAdminToken(TenantId tenant) throws SQLException {
    try (Connection connection = Migrations.connect(config);
        PreparedStatement select =
            connection.prepareStatement("select 1 from tollgate.admin_token where tenant_id = ?")) {
      select.setObject(1, tenant.value());
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  /// Replaces every administrator's token of a tenant by one.
  public void setAdminToken(TenantId tenant, long id, byte[] hmac, int pepperVersion)
      throws SQLException {
    try (Connection connection = Migrations.connect(config)) {
      connection.setAutoCommit(false);
      try (PreparedStatement delete =
          connection.prepareStatement("delete from tollgate.admin_token where tenant_id = ?")) {
        delete.setObject(1, tenant.value());
        delete.executeUpdate();
      }
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into tollgate.admin_token (tenant_id, id, name, hmac, pepper_version)"
                  + " values (?, ?, 'bootstrap', ?, ?)")) {
        insert.setObject(1, tenant.value());
        insert.setLong(2, id);
        insert.setBytes(3, hmac);
        insert.setInt(4, pepperVersion);
        insert.executeUpdate();
      }
      connection.commit();
    }
  }
}
