package dev.tollgate.bootstrap;

import dev.tollgate.domain.secrets.KeyCheck;
import dev.tollgate.domain.secrets.Kms;
import dev.tollgate.domain.secrets.Pepper;
import dev.tollgate.persistence.tenancy.Founding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Map;
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

  /// Whether the database was filled under these keys; a new one is told of them.
  ///
  /// @param cure what to do when it was not
  /// @throws StartFailure when it was filled under others
  void check(Founding founding, SecureRandom random, String cure) throws SQLException {
    KeyCheck kept = founding.keyCheck();
    if (kept == null) {
      founding.setKeyCheck(KeyCheck.of(pepper, kms, random));
    } else if (!kept.fits(pepper, kms)) {
      throw new StartFailure(
          "The master keys are not those that this database was filled under: no virtual key and no"
              + " provider credential in it could be used. "
              + cure,
          null);
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
