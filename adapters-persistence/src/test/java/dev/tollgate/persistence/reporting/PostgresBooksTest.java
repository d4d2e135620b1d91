package dev.tollgate.persistence.reporting;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.ContentStore;
import dev.tollgate.domain.reporting.BooksContract;
import dev.tollgate.domain.reporting.CallHistory;
import dev.tollgate.domain.reporting.UsageReport;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import dev.tollgate.persistence.inference.ContentWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

class PostgresBooksTest extends BooksContract {
  private static final Database DATABASE = TestingDatabase.shared().database();
  private static final ContentWriter CONTENTS = new ContentWriter(DATABASE);
  private final GroupCommit writer = TestingWriter.of(DATABASE, 1);

  @BeforeAll
  static void start() {
    CONTENTS.start();
  }

  @BeforeEach
  void startWriter() {
    writer.start();
  }

  @AfterEach
  void stopWriter() {
    writer.close();
  }

  @AfterAll
  static void stop() {
    CONTENTS.close();
  }

  @Override
  protected CallJournal journal() {
    return writer;
  }

  @Override
  protected ContentStore contents() {
    return CONTENTS;
  }

  @Override
  protected CallHistory history() {
    return new PostgresCallHistory(DATABASE);
  }

  /// After the writer's stop, since times of calls are added up a few seconds behind.
  @Override
  protected UsageReport report() {
    writer.close();
    return new PostgresUsageReport(DATABASE);
  }

  @Override
  protected TenantId foundTenant() {
    return TestingDatabase.shared().foundTenant();
  }
}
