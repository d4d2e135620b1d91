package dev.tollgate.bootstrap;

import dev.tollgate.persistence.ledger.EntryArchive;
import dev.tollgate.persistence.ledger.EntryArchive.Archived;
import dev.tollgate.persistence.ledger.EntryArchive.NotArchived;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./tollgate ledger archive`: moves whole months of entries from the database into files.
@Command(
    name = "archive",
    description = {
      "Moves whole months of entries from the database into files: JSON lines with their hashes and"
          + " a manifest for each month. A month is read back and compared before it leaves the"
          + " database. Budgets, reports and roll-ups stay.",
      "'ledger verify --with FOLDER' checks the books together with the files."
    })
final class ArchiveCommand implements Callable<Integer> {
  @Option(
      names = "--to",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the files go; made when it does not exist.")
  private Path folder = Path.of("");

  @Option(
      names = "--before",
      required = true,
      paramLabel = "MONTH",
      description = "Every month before this one, such as 2025-01.")
  private String before = "";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings of 'serve'; without it, the folder of 'dev' is used.")
  private @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "The folder of 'dev' (default ${DEFAULT-VALUE}).")
  private Path data = Path.of(DevCommand.DEFAULT_DATA);

  @Override
  public Integer call() {
    YearMonth end = end();
    try (Connection connection = OperatorDatabase.open(config, data)) {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      EntryArchive archive = new EntryArchive(connection, folder);
      List<YearMonth> months = archive.monthsBefore(end);
      for (YearMonth month : months) {
        Archived archived = archive.archive(month);
        System.out.println(month + ": " + archived.entries() + " entries in " + archived.file());
      }
      if (months.isEmpty()) {
        System.out.println("There are no entries before " + end + ".");
      }
      return 0;
    } catch (SQLException e) {
      throw OperatorDatabase.failed(e);
    } catch (IOException e) {
      throw new StartFailure("The files cannot be written: " + e.getMessage(), e);
    } catch (NotArchived e) {
      throw new StartFailure(String.valueOf(e.getMessage()), e);
    }
  }

  private YearMonth end() {
    try {
      YearMonth end = YearMonth.parse(before);
      YearMonth now = YearMonth.now(ZoneOffset.UTC);
      if (end.isAfter(now)) {
        throw new StartFailure(
            "--before must not be after " + now + ": entries of this month are still written.",
            null);
      }
      return end;
    } catch (DateTimeException e) {
      throw new StartFailure("--before must be a month such as 2025-01, not " + before + ".", e);
    }
  }
}
