package dev.tollgate.application.ledger;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;

/// Shows what a tenant decided about its books.
public final class GetLedgerSettings {
  private final BudgetBooks books;

  public GetLedgerSettings(BudgetBooks books) {
    this.books = books;
  }

  public Result<BudgetBook.Settings> run(Actor actor) {
    return Result.permitted(
        actor, Permission.LEDGER_READ, () -> Result.done(books.current(actor.tenant()).settings()));
  }
}
