package dev.tollgate.persistence.database;

import java.util.Map;

/// Where the database is and how each role signs in.
///
/// @param url JDBC URL without user or password
/// @param passwords by role
public record DatabaseConfig(String url, Map<Role, String> passwords) {
  public DatabaseConfig {
    passwords = Map.copyOf(passwords);
  }

  /// The three roles of the database.
  public enum Role {
    MIGRATOR("tollgate_migrator"),
    APP("tollgate_app"),
    LEDGER("tollgate_ledger");

    private final String user;

    Role(String user) {
      this.user = user;
    }

    public String user() {
      return user;
    }
  }

  public String password(Role role) {
    String password = passwords.get(role);
    if (password == null) {
      throw new IllegalStateException("no password for " + role.user());
    }
    return password;
  }

  @Override
  public String toString() {
    return "DatabaseConfig[" + url + "]";
  }
}
