package dev.tollgate.bootstrap;

import dev.tollgate.cli.LedgerCommand;
import dev.tollgate.domain.ledger.LedgerVerifier;
import dev.tollgate.persistence.database.DatabaseConfig;
import dev.tollgate.persistence.database.Migrations;
import dev.tollgate.persistence.embedded.EmbeddedDatabase;
import dev.tollgate.persistence.ledger.WholeBooks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The database of an installation, as an operator reaches it beside its running nodes: with the
/// migrator's password.
final class OperatorDatabase {
  private OperatorDatabase() {}

  /// @param config settings of 'serve', or null for the folder of 'dev'
  /// @throws StartFailure when it cannot be reached
  static Connection open(@Nullable Path config, Path data) {
    DatabaseConfig database =
        config == null
            ? EmbeddedDatabase.running(data.toAbsolutePath().normalize().resolve("postgres"))
                .orElseThrow(
                    () ->
                        new StartFailure(
                            "No database runs in "
                                + data.toAbsolutePath().normalize()
                                + ". Start ./tollgate dev, or name the settings of a node with"
                                + " --config.",
                            null))
            : ServeSettings.read(Settings.read(config, System.getenv())).database();
    try {
      return Migrations.connect(database);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  static StartFailure failed(SQLException e) {
    return new StartFailure("The database refused: " + e.getMessage(), e);
  }

  /// The books with what was archived from them.
  static LedgerCommand.Report verify(Path archive, @Nullable Path config, Path data) {
    if (!Files.isDirectory(archive)) {
      throw new StartFailure("There is no folder " + archive + ".", null);
    }
    try (Connection connection = open(config, data)) {
      LedgerVerifier.Report report = new WholeBooks(connection, archive).verify();
      return new LedgerCommand.Report(
          report.accounts(),
          report.entries(),
          report.openHolds(),
          report.violations().stream()
              .map(each -> each.check() + " " + each.subject() + " " + each.detail())
              .toList());
    } catch (SQLException e) {
      throw failed(e);
    } catch (IOException e) {
      throw new StartFailure("The archive cannot be read: " + e.getMessage(), e);
    }
  }
}
