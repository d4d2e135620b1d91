package dev.tollgate.application.keys;

import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.keys.ImportedSecret;
import dev.tollgate.domain.secrets.Pepper;

/// Makes a virtual key of a secret that another gateway has given out, so that its holders go on
/// without a change. Its rotation gives it a secret of Tollgate's.
public final class ImportKey {
  private final CreateKey create;
  private final Pepper pepper;

  public ImportKey(CreateKey create, Pepper pepper) {
    this.create = create;
    this.pepper = pepper;
  }

  public Result<KeyView> run(
      Actor actor, ImportedSecret secret, CreateKey.Command command, Trail trail) {
    // Nobody knows its last characters.
    return create.make(actor, command, id -> secret.stored(id, pepper), "", trail);
  }
}
