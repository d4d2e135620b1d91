package dev.tollgate.persistence.ledger;

import dev.tollgate.application.ledger.Authority;
import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.LedgerStore;
import dev.tollgate.domain.ledger.LedgerVerifier;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.SampleProjects;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.TestingDatabase;
import dev.tollgate.persistence.database.TestingWriter;
import dev.tollgate.persistence.keys.PostgresVirtualKeys;
import dev.tollgate.persistence.tenancy.PostgresProjects;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/// A tenant's ledger in a real PostgreSQL, with a project and keys. Its clock cannot be moved, so
/// sessions count as silent at once.
final class PostgresAuthority implements Authority, AutoCloseable {
  private static final int THOROUGH_EVERY = 50;

  private final TestingDatabase testing = TestingDatabase.shared();
  private final Database database = testing.database();
  private final TenantId tenant = testing.foundTenant();
  private final CachedBudgetBooks books = new CachedBudgetBooks(database);
  private final PostgresBudgets budgets = new PostgresBudgets(database);
  private final PostgresLedgerVerifier verifier = new PostgresLedgerVerifier(database);
  private final List<LedgerStore> stores = new ArrayList<>();
  private final List<GroupCommit> writers = new ArrayList<>();
  private final Project project;
  private int looks;

  PostgresAuthority() {
    PostgresProjects projects = new PostgresProjects(database);
    project = SampleProjects.aProject(tenant, projects.rootOf(tenant));
    projects.add(project);
  }

  Project project() {
    return project;
  }

  TenantId tenant() {
    return tenant;
  }

  VirtualKey newKey() {
    VirtualKey key = SampleKeys.aKey().of(project).build();
    new PostgresVirtualKeys(database).add(key, SampleKeys.aSecretOf(key));
    return key;
  }

  PostgresAuthority limitedBy(Budget... some) {
    for (Budget each : some) {
      if (budgets.put(tenant, List.of(each)).getFirst().isEmpty()) {
        throw new IllegalStateException("no such scope");
      }
    }
    books.refresh(tenant);
    return this;
  }

  PostgresBudgets budgets() {
    return budgets;
  }

  CachedBudgetBooks books() {
    return books;
  }

  PostgresLedgerVerifier verifier() {
    return verifier;
  }

  @Override
  public LedgerStore open(int node) {
    LedgerStore store = new PostgresLedgerStore(database, node, Duration.ZERO);
    stores.add(store);
    return store;
  }

  @Override
  public void advance(long millis) {
    // The database's clock goes on by itself.
  }

  @Override
  public BudgetBook book() {
    return books.current(tenant);
  }

  @Override
  public List<String> violations(boolean thorough) {
    if (!thorough && ++looks % THOROUGH_EVERY != 0) {
      return List.of();
    }
    return verifier.verify(tenant).violations().stream().map(Object::toString).toList();
  }

  @Override
  public List<HoldId> open() {
    return rows("select id from tollgate.hold").stream()
        .map(id -> new HoldId(UUID.fromString(id)))
        .toList();
  }

  @Override
  public List<HoldId> expired() {
    return open();
  }

  @Override
  public Map<HoldId, Long> posted() {
    Map<HoldId, Long> sums = new HashMap<>();
    for (String row : rows("select hold_id || ' ' || amount from tollgate.entry")) {
      String[] parts = row.split(" ", -1);
      sums.merge(new HoldId(UUID.fromString(parts[0])), Long.valueOf(parts[1]), Long::sum);
    }
    return sums;
  }

  List<String> rows(String select) {
    return testing.select(select + " where tenant_id = '" + tenant.value() + "'");
  }

  /// The kinds of violations that the verifier finds.
  List<String> checks() {
    return verifier.verify(tenant).violations().stream()
        .map(LedgerVerifier.Violation::check)
        .distinct()
        .toList();
  }

  /// The hold that a call settles.
  static HoldId holdOf(CallRecord call) {
    return Objects.requireNonNull(call.hold(), "a hold").id();
  }

  /// The writer of a node, which runs until this is closed.
  GroupCommit writer(int node) {
    GroupCommit writer = TestingWriter.over(open(node), books);
    writers.add(writer);
    writer.start();
    return writer;
  }

  @Override
  public void close() {
    writers.forEach(GroupCommit::close);
    stores.forEach(LedgerStore::disconnect);
  }
}
