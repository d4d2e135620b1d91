package dev.tollgate.application.ledger;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.FiscalCalendar;
import dev.tollgate.domain.ledger.LedgerSettings;
import dev.tollgate.domain.stores.Work;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// Changes what a tenant decided about its books; what is null in the command stays as it is.
public final class UpdateLedgerSettings {
  private final LedgerSettings settings;
  private final BudgetBooks books;
  private final Work work;

  public UpdateLedgerSettings(LedgerSettings settings, BudgetBooks books, Work work) {
    this.settings = settings;
    this.books = books;
    this.work = work;
  }

  public record Command(
      @Nullable ZoneId zone,
      @Nullable Integer firstMonth,
      @Nullable Integer outputCap,
      @Nullable Boolean showsAncestors,
      @Nullable Boolean capturesAll) {}

  public Result<BudgetBook.Settings> run(Actor actor, Command command, Trail trail) {
    return Result.permitted(
        actor,
        Permission.LEDGER_WRITE,
        () -> {
          BudgetBook.Settings changed =
              settings.update(
                  actor.tenant(),
                  now -> {
                    BudgetBook.Settings then = changed(now, command);
                    trail.changed(actor.tenant(), now, then);
                    return then;
                  });
          work.afterwards(() -> books.refresh(actor.tenant()));
          return Result.done(changed);
        });
  }

  private static BudgetBook.Settings changed(BudgetBook.Settings now, Command command) {
    FiscalCalendar calendar = now.calendar();
    return new BudgetBook.Settings(
        new FiscalCalendar(
            or(command.zone(), calendar.zone()), or(command.firstMonth(), calendar.firstMonth())),
        or(command.outputCap(), now.outputCap()),
        or(command.showsAncestors(), now.showsAncestors()),
        or(command.capturesAll(), now.capturesAll()));
  }

  private static <T> T or(@Nullable T asked, T now) {
    return asked == null ? now : asked;
  }
}
