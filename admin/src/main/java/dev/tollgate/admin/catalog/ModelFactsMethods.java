package dev.tollgate.admin.catalog;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.application.catalog.ListModelFacts;
import dev.tollgate.application.catalog.SetModelFacts;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Visible;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.v1.ListModelFactsRequest;
import dev.tollgate.proto.v1.ListModelFactsResponse;
import dev.tollgate.proto.v1.ModelFactsServiceGrpc;
import dev.tollgate.proto.v1.SetModelFactsRequest;
import org.jspecify.annotations.Nullable;

/// `ModelFactsService`.
public final class ModelFactsMethods {
  private final SetModelFacts setModelFacts;
  private final ListModelFacts listModelFacts;

  public ModelFactsMethods(SetModelFacts setModelFacts, ListModelFacts listModelFacts) {
    this.setModelFacts = setModelFacts;
    this.listModelFacts = listModelFacts;
  }

  public void bind(Operations operations) {
    operations
        .change(ModelFactsServiceGrpc.getSetModelFactsMethod(), this::set)
        .read(ModelFactsServiceGrpc.getListModelFactsMethod(), this::list)
        .shows(ModelFacts.class, ModelFactsMethods::facts);
  }

  private Result<dev.tollgate.proto.v1.ModelFacts> set(
      Actor actor, SetModelFactsRequest request, Trail trail) {
    SetModelFacts.Command command =
        new SetModelFacts.Command(request.getModel(), usual -> asked(request, usual));
    return setModelFacts
        .run(actor, command, trail)
        .map(facts -> facts(new Visible<>(facts, actor.tenant())));
  }

  private static ModelFacts asked(SetModelFactsRequest request, ModelFacts usual) {
    return new ModelFacts(
        usual.id(),
        request.getModel(),
        Wire.instant(request.getEffectiveFrom()),
        request.hasWindow() ? request.getWindow() : usual.window(),
        request.hasOutputCap() ? request.getOutputCap() : usual.outputCap(),
        request.hasImageTokens() ? request.getImageTokens() : usual.imageTokens(),
        request.hasAudioTokens() ? request.getAudioTokens() : usual.audioTokens(),
        request.hasDocumentTokens() ? request.getDocumentTokens() : usual.documentTokens(),
        request.hasHiddenTokens() ? request.getHiddenTokens() : usual.hiddenTokens(),
        request.hasCapParameter() ? capParameter(request) : usual.capParameter(),
        request.hasTopSpeed() ? request.getTopSpeed() : usual.topSpeed());
  }

  private static @Nullable String capParameter(SetModelFactsRequest request) {
    return request.getCapParameter().isEmpty() ? null : request.getCapParameter();
  }

  private Result<ListModelFactsResponse> list(Actor actor, ListModelFactsRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return listModelFacts
        .run(actor, request.hasModel() ? request.getModel() : null, ask)
        .map(
            page -> {
              ListModelFactsResponse.Builder answer = ListModelFactsResponse.newBuilder();
              page.items().forEach(each -> answer.addData(facts(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private static dev.tollgate.proto.v1.ModelFacts facts(Visible<ModelFacts> visible) {
    dev.tollgate.proto.v1.ModelFacts facts = facts(visible.item());
    return visible.isOfPlatform() ? facts.toBuilder().setPlatform(true).build() : facts;
  }

  private static dev.tollgate.proto.v1.ModelFacts facts(ModelFacts facts) {
    dev.tollgate.proto.v1.ModelFacts.Builder wire =
        dev.tollgate.proto.v1.ModelFacts.newBuilder()
            .setId(facts.id().toString())
            .setModel(facts.model())
            .setEffectiveFrom(Wire.time(facts.effectiveFrom()))
            .setWindow(facts.window())
            .setOutputCap(facts.outputCap())
            .setImageTokens(facts.imageTokens())
            .setAudioTokens(facts.audioTokens())
            .setDocumentTokens(facts.documentTokens())
            .setHiddenTokens(facts.hiddenTokens())
            .setTopSpeed(facts.topSpeed());
    Wire.set(facts.capParameter(), wire::setCapParameter);
    return wire.build();
  }
}
