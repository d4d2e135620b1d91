package dev.tollgate.domain.reporting;

import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallJournal;
import dev.tollgate.domain.inference.ContentStore;

class InMemoryBooksTest extends BooksContract {
  private final InMemoryBooks books = new InMemoryBooks();

  @Override
  protected CallJournal journal() {
    return books;
  }

  @Override
  protected ContentStore contents() {
    return books;
  }

  @Override
  protected CallHistory history() {
    return books;
  }

  @Override
  protected UsageReport report() {
    return books;
  }

  @Override
  protected TenantId foundTenant() {
    return SampleIds.aTenant();
  }
}
