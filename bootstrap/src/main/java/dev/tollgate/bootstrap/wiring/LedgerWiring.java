package dev.tollgate.bootstrap.wiring;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.ledger.BudgetMethods;
import dev.tollgate.admin.ledger.LedgerMethods;
import dev.tollgate.application.ledger.AddRaise;
import dev.tollgate.application.ledger.EndRaise;
import dev.tollgate.application.ledger.GetBudget;
import dev.tollgate.application.ledger.GetLedgerSettings;
import dev.tollgate.application.ledger.ListBudgets;
import dev.tollgate.application.ledger.ListEstimates;
import dev.tollgate.application.ledger.ListRaises;
import dev.tollgate.application.ledger.RemoveBudget;
import dev.tollgate.application.ledger.ReverseEstimates;
import dev.tollgate.application.ledger.SetBudget;
import dev.tollgate.application.ledger.UpdateLedgerSettings;
import dev.tollgate.application.ledger.VerifyLedger;
import dev.tollgate.domain.ledger.Budget;
import java.util.function.ToIntFunction;

/// Budgets and the books.
final class LedgerWiring {
  final SetBudget setBudget;
  final RemoveBudget removeBudget;

  /// @param unheld how many calls run here without a hold although a budget counts them
  LedgerWiring(Stores stores, Tools tools, Operations operations, ToIntFunction<Budget> unheld) {
    setBudget =
        new SetBudget(stores.budgets, stores.books, stores.work, tools.ids(), tools.clock());
    removeBudget = new RemoveBudget(stores.budgets, stores.books, stores.work);
    new BudgetMethods(
            new BudgetMethods.Verbs(
                setBudget,
                new GetBudget(stores.budgets),
                new ListBudgets(stores.budgets),
                removeBudget,
                new AddRaise(stores.budgets, stores.books, stores.work, tools.ids(), tools.clock()),
                new ListRaises(stores.budgets),
                new EndRaise(stores.budgets, stores.books, stores.work)),
            unheld)
        .bind(operations);
    new LedgerMethods(
            new LedgerMethods.Verbs(
                new VerifyLedger(stores.verifier),
                new GetLedgerSettings(stores.books),
                new UpdateLedgerSettings(stores.budgets, stores.books, stores.work),
                new ListEstimates(stores.corrections, tools.clock()),
                new ReverseEstimates(stores.catalog, stores.corrections)))
        .bind(operations);
  }
}
