package dev.tollgate.bootstrap;

import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.secrets.CredentialVault;
import dev.tollgate.domain.secrets.KeyCheck;
import dev.tollgate.domain.secrets.Kms;
import dev.tollgate.domain.secrets.Pepper;
import dev.tollgate.domain.secrets.SealedCredential;
import dev.tollgate.domain.secrets.Secret;
import dev.tollgate.persistence.catalog.PostgresCatalog;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.tenancy.Founding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// The two keys that nothing in the database can be read without: the pepper of virtual keys and
/// the key that provider credentials are encrypted under. Kept in a file only its owner can read.
record MasterKeys(Pepper pepper, Kms kms) {
  private static final int BYTES = 32;

  /// Reads the file, or makes it the first time.
  ///
  /// @throws StartFailure when it cannot be read or does not hold both keys
  static MasterKeys of(Path file, SecureRandom random) {
    try {
      if (!Files.exists(file)) {
        PrivateFiles.write(file, "pepper.1=" + hex(random) + "\nkek.1=" + hex(random) + "\n");
      }
      String fault = PrivateFiles.fault(file);
      if (!fault.isEmpty()) {
        throw new StartFailure("The file of master keys " + file + " " + fault, null);
      }
      Properties stored = new Properties();
      try (var in = Files.newBufferedReader(file, StandardCharsets.US_ASCII)) {
        stored.load(in);
      }
      return new MasterKeys(
          new Pepper(Map.of(1, bytes(stored, "pepper.1", file)), 1),
          new LocalKms("kek.1", bytes(stored, "kek.1", file), random));
    } catch (IOException e) {
      throw new StartFailure(
          "The master keys in " + file + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /// Whether the database was filled under these keys; one that was told of none yet is told of
  /// them, unless they do not open the credentials that are in it.
  ///
  /// @param cure what to do when it was filled under others
  /// @throws StartFailure when it was
  void check(DatabaseConfig database, SecureRandom random, String cure) throws SQLException {
    Founding founding = new Founding(database);
    KeyCheck kept = founding.keyCheck();
    if (kept == null ? !openCredentials(database, founding) : !kept.fits(pepper, kms)) {
      throw new StartFailure(
          "The master keys are not those that this database was filled under: no virtual key and no"
              + " provider credential in it could be used. "
              + cure,
          null);
    }
    if (kept == null) {
      founding.setKeyCheck(KeyCheck.of(pepper, kms, random));
    }
  }

  /// Whether they open one of the credentials in it, if there are any.
  private boolean openCredentials(DatabaseConfig config, Founding founding) throws SQLException {
    TenantId tenant = founding.existingTenant().orElse(null);
    if (tenant == null) {
      return true;
    }
    try (Database database = new Database(config)) {
      PostgresCatalog catalog = new PostgresCatalog(database);
      CredentialVault vault = new CredentialVault(kms, new SecureRandom());
      boolean any = false;
      for (Provider each : catalog.providers(tenant)) {
        Optional<SealedCredential> sealed = catalog.credential(tenant, each.id());
        if (sealed.isPresent() && opens(vault, each, sealed.get())) {
          return true;
        }
        any |= sealed.isPresent();
      }
      return !any;
    }
  }

  private static boolean opens(CredentialVault vault, Provider provider, SealedCredential sealed) {
    try (Secret _ = vault.open(provider, sealed)) {
      return true;
    } catch (IllegalStateException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "MasterKeys[***]";
  }

  private static byte[] bytes(Properties stored, String name, Path file) {
    String value = stored.getProperty(name, "");
    if (!value.matches("[0-9a-f]{64}")) {
      throw new StartFailure(
          name
              + " in "
              + file
              + " must be 64 hexadecimal digits. Restore the file from a backup;"
              + " without it keys and credentials in this folder cannot be used.",
          null);
    }
    return HexFormat.of().parseHex(value);
  }

  private static String hex(SecureRandom random) {
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
