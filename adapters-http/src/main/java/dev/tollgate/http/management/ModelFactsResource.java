package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.catalog.FactsOfModels;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Routes;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.ModelFactsId;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.List;

/// `/api/v1/model-facts`: what is known of canonical models.
public final class ModelFactsResource implements HttpService {
  private final Api api;
  private final FactsOfModels facts;
  private final Routes routes;
  private final Ids ids;

  public ModelFactsResource(Api api, FactsOfModels facts, Routes routes, Ids ids) {
    this.api = api;
    this.facts = facts;
    this.routes = routes;
    this.ids = ids;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", api.handler(this::list)).put("/", api.handler(this::put));
  }

  private Answer list(Call call) {
    String model = call.query("model");
    List<ModelFacts> asked =
        facts.all(call.tenant()).stream()
            .filter(each -> model == null || model.equals(each.model()))
            .toList();
    return Answer.ok(Cursors.whole(asked, ModelFactsResource::json));
  }

  /// What is left out is as it was for the model, or as it is assumed of one of which nothing is
  /// known.
  private Answer put(Call call) {
    Fields fields = call.fields();
    String model = fields.text("model");
    ModelFactsId id = new ModelFactsId(ids.next());
    ModelFacts usual =
        facts.all(call.tenant()).stream()
            .filter(each -> each.model().equals(model))
            .findFirst()
            .orElseGet(() -> ModelFacts.unknown(id));
    ModelFacts set =
        new ModelFacts(
            id,
            model,
            fields.parsed("effective_from", Fields::time),
            fields.longNumber("window", usual.window()),
            fields.longNumber("output_cap", usual.outputCap()),
            fields.longNumber("image_tokens", usual.imageTokens()),
            fields.longNumber("audio_tokens", usual.audioTokens()),
            fields.longNumber("document_tokens", usual.documentTokens()),
            fields.longNumber("hidden_tokens", usual.hiddenTokens()),
            fields.has("cap_parameter") ? fields.textOrNull("cap_parameter") : usual.capParameter(),
            fields.longNumber("top_speed", usual.topSpeed()));
    fields.done();
    facts.put(call.tenant(), set);
    routes.refresh(call.tenant());
    return Answer.ok(json(set));
  }

  private static ObjectNode json(ModelFacts facts) {
    return Json.object()
        .put("id", facts.id().toString())
        .put("model", facts.model())
        .put("effective_from", facts.effectiveFrom().toString())
        .put("window", facts.window())
        .put("output_cap", facts.outputCap())
        .put("image_tokens", facts.imageTokens())
        .put("audio_tokens", facts.audioTokens())
        .put("document_tokens", facts.documentTokens())
        .put("hidden_tokens", facts.hiddenTokens())
        .put("cap_parameter", facts.capParameter())
        .put("top_speed", facts.topSpeed());
  }
}
