package dev.tollgate.application.ledger;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ledger.LedgerVerifier;

/// Looks for contradictions in the books of a tenant, entry by entry.
public final class VerifyLedger {
  private final LedgerVerifier verifier;

  public VerifyLedger(LedgerVerifier verifier) {
    this.verifier = verifier;
  }

  public Result<LedgerVerifier.Report> run(Actor actor) {
    return Result.permitted(
        actor, Permission.LEDGER_READ, () -> Result.done(verifier.verify(actor.tenant())));
  }
}
