package dev.tollgate.application.catalog;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.FactsOfModels;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Visible;
import dev.tollgate.domain.stores.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lists what is known of models, by model, newest first.
public final class ListModelFacts {
  private final FactsOfModels facts;

  public ListModelFacts(FactsOfModels facts) {
    this.facts = facts;
  }

  /// @param model only facts of this one, or null
  public Result<Page<Visible<ModelFacts>>> run(Actor actor, @Nullable String model, Page.Ask ask) {
    List<Visible<ModelFacts>> asked =
        facts.visible(actor.tenant()).stream()
            .filter(each -> model == null || model.equals(each.item().model()))
            .toList();
    return Result.permitted(
        actor,
        Permission.MODELS_READ,
        () ->
            Result.done(
                Page.of(asked, each -> each.item().id().value(), ask.cursor(), ask.limit())));
  }
}
