package dev.tollgate.persistence.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.application.ledger.GroupCommit;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.SampleCalls;
import dev.tollgate.domain.keys.SampleKeys;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.ledger.Admission;
import dev.tollgate.domain.ledger.Budget;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Hold;
import dev.tollgate.domain.ledger.SampleBudgets;
import dev.tollgate.persistence.database.TestingWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Budgets that change while batches are written.
class ChangingBudgetsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PostgresAuthority ledger = new PostgresAuthority();
  private final VirtualKey key = ledger.newKey();

  @AfterEach
  void stop() {
    ledger.close();
  }

  /// @param reads what happens where the books are read anew
  private GroupCommit writing(Consumer<CachedBudgetBooks> reads) {
    GroupCommit writer =
        TestingWriter.over(
            ledger.open(1),
            new BudgetBooks() {
              @Override
              public BudgetBook current(TenantId tenant) {
                return ledger.books().current(tenant);
              }

              @Override
              public void refresh(TenantId tenant) {
                reads.accept(ledger.books());
              }
            });
    writer.start();
    return writer;
  }

  private boolean isSet(String limit) {
    return ledger
        .budgets()
        .put(ledger.tenant(), List.of(SampleBudgets.ofKey(key, limit)))
        .getFirst()
        .isPresent();
  }

  private Hold admitted(GroupCommit writer) {
    Admission admission = writer.reserve(SampleBudgets.aHold(key, "0.10"));
    assertThat(admission).isInstanceOf(Admission.Admitted.class);
    return ((Admission.Admitted) admission).hold();
  }

  private void settle(GroupCommit writer, Hold hold) {
    assertThat(
            writer.commit(SampleCalls.aCall().by(key).settling(hold).costing(7).build(), PATIENCE))
        .isTrue();
  }

  private static boolean isDoneWithin(CompletableFuture<?> future, long millis) {
    try {
      future.get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /// A caller who changes them again and again would otherwise be faster than any batch.
  @Test
  void aBatchThatReadsThemAnewIsNotOvertaken() throws Exception {
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    List<CompletableFuture<Boolean>> changes = new ArrayList<>();
    GroupCommit writer =
        writing(
            books -> {
              changes.add(CompletableFuture.supplyAsync(() -> isSet("2.00")));
              assertThat(isDoneWithin(changes.getLast(), 300)).as("changed meanwhile").isFalse();
              books.refresh(ledger.tenant());
            });
    ledger.books().refresh(ledger.tenant());
    assertThat(isSet("3.00")).isTrue();
    Hold hold = admitted(writer);
    assertThat(changes).as("once, then the batch went through").hasSize(1);
    assertThat(changes.getFirst().get(5, TimeUnit.SECONDS)).isTrue();
    settle(writer, hold);
    writer.close();
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  @Test
  void aFailureWhileTheyAreKeptLetsThemGo() {
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    List<String> failures = new ArrayList<>();
    GroupCommit writer =
        writing(
            books -> {
              if (failures.size() < 3) {
                failures.add("planted");
                throw new IllegalStateException("planted");
              }
              books.refresh(ledger.tenant());
            });
    assertThat(isSet("3.00")).isTrue();
    assertThat(writer.reserve(SampleBudgets.aHold(key, "0.10")))
        .isInstanceOf(Admission.Unavailable.class);
    assertThat(isSet("4.00")).isTrue();
    while (failures.size() < 3) {
      writer.reserve(SampleBudgets.aHold(key, "0.10"));
    }
    settle(writer, admitted(writer));
    assertThat(isSet("5.00")).isTrue();
    writer.close();
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  @Test
  void aBatchThatIsRefusedWhileTheyAreKeptHoldsUpNothing() {
    ledger.limitedBy(SampleBudgets.ofKey(key, "1.00"));
    GroupCommit writer = writing(books -> books.refresh(ledger.tenant()));
    settle(writer, admitted(writer));
    VirtualKey fresh = ledger.newKey();
    ledger.budgets().put(ledger.tenant(), List.of(SampleBudgets.ofKey(fresh, "3.00")));
    writer.commit(SampleCalls.aCall().by(fresh).costing(1).build(), PATIENCE);
    assertThat(isSet("3.00")).isTrue();
    writer.commit(
        SampleCalls.aCall().by(fresh).servedBy("x", "other").costing(Long.MAX_VALUE).build(),
        PATIENCE);
    assertThat(writer.faults()).as("a sum that no column holds").isPositive();
    assertThat(
            writer.commit(
                SampleCalls.aCall().by(fresh).servedBy("x", "other").costing(1).build(), PATIENCE))
        .isTrue();
    settle(writer, admitted(writer));
    writer.close();
    assertThat(ledger.verifier().verify(ledger.tenant()).violations()).isEmpty();
  }

  @Test
  void manyAreSetInOneStatement() {
    VirtualKey other = ledger.newKey();
    Budget first = SampleBudgets.ofKey(key, "1.00");
    Budget raised = SampleBudgets.ofKey(other, "1.00");
    ledger.limitedBy(SampleBudgets.ofKey(other, "9.00"));
    long version = ledger.book().version();
    List<Optional<Budgets.State>> set =
        ledger
            .budgets()
            .put(
                ledger.tenant(),
                List.of(
                    SampleBudgets.ofKey(key, "4.00"),
                    raised,
                    SampleBudgets.ofKey(SampleKeys.aKey().build(), "1.00"),
                    first));
    assertThat(set.get(0)).isEqualTo(set.get(3));
    assertThat(set.get(2)).isEmpty();
    assertThat(set.get(3).orElseThrow().budget().limit()).isEqualTo(SampleBudgets.usd("1.00"));
    assertThat(set.get(1).orElseThrow().budget().limit()).isEqualTo(SampleBudgets.usd("1.00"));
    ledger.books().refresh(ledger.tenant());
    assertThat(ledger.book().version()).isEqualTo(version + 1);
    assertThat(ledger.rows("select id from tollgate.budget")).hasSize(2);
    assertThat(ledger.rows("select id from tollgate.account")).hasSize(2);
  }
}
