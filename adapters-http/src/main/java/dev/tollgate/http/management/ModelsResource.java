package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.application.catalog.AddModel;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Deployment;
import dev.tollgate.domain.catalog.Model;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// `/api/v1/models`.
public final class ModelsResource implements HttpService {
  private final Api api;
  private final Catalog catalog;
  private final AddModel addModel;

  public ModelsResource(Api api, Catalog catalog, AddModel addModel) {
    this.api = api;
    this.catalog = catalog;
    this.addModel = addModel;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", api.handler(this::list)).post("/", api.handler(this::create));
  }

  private Answer list(Call call) {
    Map<ProviderId, String> names = new HashMap<>();
    catalog.providers(call.tenant()).forEach(each -> names.put(each.id(), each.name()));
    return Answer.ok(Cursors.whole(catalog.models(call.tenant()), model -> json(model, names)));
  }

  private Answer create(Call call) {
    Map<String, ProviderId> providers = new HashMap<>();
    Map<ProviderId, String> names = new HashMap<>();
    for (Provider provider : catalog.providers(call.tenant())) {
      providers.put(provider.name(), provider.id());
      providers.put(provider.id().toString(), provider.id());
      names.put(provider.id(), provider.name());
    }
    Fields fields = call.fields();
    String name = fields.text("name");
    List<Deployment> deployments = new ArrayList<>();
    for (Fields each : fields.objects("deployments")) {
      deployments.add(deployment(each, providers));
    }
    fields.done();
    return switch (addModel.add(call.tenant(), name, deployments)) {
      case AddModel.Outcome.Added added -> Answer.created(json(added.model(), names));
      case AddModel.Outcome.NameTaken _ ->
          throw Problem.conflict("name_taken", "There is a model named '" + name + "'.");
      case AddModel.Outcome.NoProvider missing ->
          throw Problem.invalid(
              "deployments.provider", "There is no provider " + missing.provider() + ".");
    };
  }

  private static Deployment deployment(Fields fields, Map<String, ProviderId> providers) {
    String provider = fields.text("provider");
    ProviderId id = providers.get(provider);
    if (id == null) {
      throw Problem.invalid(
          "deployments.provider", "There is no provider named '" + provider + "'.");
    }
    boolean ownTimeouts = !fields.isNull("timeouts");
    Timeouts timeouts =
        ownTimeouts
            ? ProvidersResource.timeouts(fields.object("timeouts"), Timeouts.DEFAULT)
            : null;
    Deployment deployment =
        new Deployment(
            id,
            fields.text("model"),
            fields.textOrNull("canonical_model"),
            fields.number("priority", 0),
            fields.number("weight", 1),
            timeouts);
    fields.done();
    return deployment;
  }

  private static ObjectNode json(Model model, Map<ProviderId, String> names) {
    ObjectNode node = Json.object();
    node.put("id", model.id().toString());
    node.put("name", model.name());
    node.put("created_at", model.createdAt().toString());
    ArrayNode deployments = node.putArray("deployments");
    for (Deployment deployment : model.deployments()) {
      ObjectNode each = deployments.addObject();
      each.put("provider", names.get(deployment.provider()));
      each.put("model", deployment.model());
      each.put("canonical_model", deployment.canonicalModel());
      each.put("priority", deployment.priority());
      each.put("weight", deployment.weight());
    }
    return node;
  }
}
