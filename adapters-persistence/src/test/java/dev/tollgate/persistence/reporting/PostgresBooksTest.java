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
import org.junit.jupiter.api.BeforeAll;

class PostgresBooksTest extends BooksContract {
  private static final Database DATABASE = TestingDatabase.shared().database();
  private static final GroupCommit WRITER = TestingWriter.of(DATABASE, 1);
  private static final ContentWriter CONTENTS = new ContentWriter(DATABASE);

  @BeforeAll
  static void start() {
    WRITER.start();
    CONTENTS.start();
  }

  @AfterAll
  static void stop() {
    WRITER.close();
    CONTENTS.close();
  }

  @Override
  protected CallJournal journal() {
    return WRITER;
  }

  @Override
  protected ContentStore contents() {
    return CONTENTS;
  }

  @Override
  protected CallHistory history() {
    return new PostgresCallHistory(DATABASE);
  }

  @Override
  protected UsageReport report() {
    return new PostgresUsageReport(DATABASE);
  }

  @Override
  protected TenantId foundTenant() {
    return TestingDatabase.shared().foundTenant();
  }
}
