package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.LedgerVerifier.Report;
import dev.tollgate.domain.ledger.LedgerVerifier.Violation;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.persistence.database.DatabaseConfig.Role;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.ledger.EntryArchive.NotArchived;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Months leave for files and are checked there. Each test has months of its own: their tables are
/// those of all tenants.
class EntryArchiveTest {
  private static final TestingDatabase TESTING = TestingDatabase.shared();

  private final PostgresAuthority ledger = new PostgresAuthority();
  private final VirtualKey key = ledger.newKey();
  private final GroupCommit writer = ledger.writer(1);
  @TempDir private Path folder;

  @AfterEach
  void stop() {
    ledger.close();
  }

  /// Three calls of the first, the fifteenth and the last day, in two batches.
  private void spendIn(YearMonth month) {
    for (int day : new int[] {1, 15, month.lengthOfMonth()}) {
      assertThat(
              writer.commit(
                  SampleCalls.aCall()
                      .by(key)
                      .at(month.atDay(day).atTime(12, 0).toInstant(ZoneOffset.UTC))
                      .costing(100_000_000L * day)
                      .build(),
                  Duration.ofSeconds(20)))
          .isTrue();
    }
  }

  private static void forgetCalls(YearMonth month) {
    for (int day = 1; day <= month.lengthOfMonth(); day++) {
      String date = DateTimeFormatter.BASIC_ISO_DATE.format(month.atDay(day));
      TESTING.run(Role.MIGRATOR, "drop table if exists tollgate.call_30_" + date);
    }
  }

  private EntryArchive.Archived archive(YearMonth month) throws Exception {
    try (Connection connection = TESTING.open(Role.MIGRATOR)) {
      return new EntryArchive(connection, folder).archive(month);
    }
  }

  private Report whole() throws Exception {
    try (Connection connection = TESTING.open(Role.MIGRATOR)) {
      return new WholeBooks(connection, folder).verify(List.of(ledger.tenant()));
    }
  }

  /// What is wrong by the files of a month; other tests' months are not in this folder.
  private List<String> wrongIn(YearMonth month) throws Exception {
    return whole().violations().stream()
        .filter(each -> each.subject().equals(month.toString()))
        .map(Violation::check)
        .toList();
  }

  private static boolean isInDatabase(YearMonth month) {
    String name = "entry_" + DateTimeFormatter.ofPattern("yyyyMM").format(month);
    return !TESTING.select("select relname from pg_class where relname = '" + name + "'").isEmpty();
  }

  @Test
  void aMonthLeavesAndTheBooksStayInOrder() throws Exception {
    YearMonth month = YearMonth.of(2003, 5);
    ledger.limitedBy(SampleBudgets.ofTenant(key, "100.00"));
    spendIn(month);
    spendIn(YearMonth.now(ZoneOffset.UTC));
    long before = whole().entries();
    assertThatThrownBy(() -> archive(month))
        .isInstanceOf(NotArchived.class)
        .hasMessageContaining("calls of that time are still kept");
    assertThat(isInDatabase(month)).isTrue();
    forgetCalls(month);

    EntryArchive.Archived archived = archive(month);

    assertThat(archived.entries()).isEqualTo(3);
    assertThat(isInDatabase(month)).isFalse();
    assertThat(ledger.checks()).isEmpty();
    assertThat(wrongIn(month)).isEmpty();
    assertThat(whole().entries()).isEqualTo(before);
    assertThat(Files.readAllLines(archived.file()))
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).contains("\"digest\": \"\\\\x"));
    assertThat(Files.readString(folder.resolve("entries-2003-05.json")))
        .contains("\"entries\": 3", "\"nano_dollars\": \"4700000000\"", "\"sha256\": \"");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archived.file())))
        .isEqualTo("rw-------");

    // A month that comes again stays where it is.
    spendIn(month);
    forgetCalls(month);
    assertThatThrownBy(() -> archive(month)).hasMessageContaining("was archived before");
    assertThat(ledger.checks()).isEmpty();
    assertThat(wrongIn(month)).isEmpty();
  }

  @Test
  void aFileThatWasChangedOrIsMissingIsNamed() throws Exception {
    YearMonth month = YearMonth.of(2003, 7);
    ledger.limitedBy(SampleBudgets.ofTenant(key, "100.00"));
    spendIn(month);
    forgetCalls(month);
    Path file = archive(month).file();
    String honest = Files.readString(file);
    Files.writeString(file, honest.replace("\"amount\": 100000000,", "\"amount\": 100000001,"));
    assertThat(wrongIn(month)).contains("archive_changed", "archive_sums");
    assertThat(whole().violations())
        .extracting(Violation::check)
        .contains("entry_changed", "account_posted", "roll_ups");
    Files.delete(file);
    assertThat(wrongIn(month)).contains("archive_missing", "archive_sums");
    Files.writeString(file, honest);
    assertThat(wrongIn(month)).isEmpty();
  }

  @Test
  void itWaitsForWhoeverReadsEntries() throws Exception {
    YearMonth month = YearMonth.of(2003, 9);
    spendIn(month);
    forgetCalls(month);
    try (Connection reader = TESTING.open(Role.MIGRATOR);
        Statement statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.executeQuery("select count(*) from tollgate.entry").close();
      Thread archiving =
          Thread.startVirtualThread(
              () -> {
                try {
                  archive(month);
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      Thread.sleep(1_500);
      assertThat(isInDatabase(month)).isTrue();
      // Calls go on meanwhile.
      spendIn(YearMonth.now(ZoneOffset.UTC));
      reader.rollback();
      archiving.join();
    }
    assertThat(isInDatabase(month)).isFalse();
    assertThat(ledger.checks()).isEmpty();
  }
}
