package dev.tollgate.admin.catalog;

import com.google.protobuf.Empty;
import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.application.catalog.AddModel;
import dev.tollgate.application.catalog.DeploymentTerms;
import dev.tollgate.application.catalog.GetModel;
import dev.tollgate.application.catalog.ListModels;
import dev.tollgate.application.catalog.ModelView;
import dev.tollgate.application.catalog.RemoveModel;
import dev.tollgate.application.catalog.UpdateModel;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.Patch;
import dev.tollgate.proto.v1.CreateModelRequest;
import dev.tollgate.proto.v1.DeleteModelRequest;
import dev.tollgate.proto.v1.Deployment;
import dev.tollgate.proto.v1.DeploymentSettings;
import dev.tollgate.proto.v1.GetModelRequest;
import dev.tollgate.proto.v1.ListModelsRequest;
import dev.tollgate.proto.v1.ListModelsResponse;
import dev.tollgate.proto.v1.Model;
import dev.tollgate.proto.v1.ModelServiceGrpc;
import dev.tollgate.proto.v1.UpdateModelRequest;
import java.util.ArrayList;
import java.util.List;

/// `ModelService`.
public final class ModelMethods {
  private final AddModel addModel;
  private final GetModel getModel;
  private final ListModels listModels;
  private final UpdateModel updateModel;
  private final RemoveModel removeModel;

  public ModelMethods(
      AddModel addModel,
      GetModel getModel,
      ListModels listModels,
      UpdateModel updateModel,
      RemoveModel removeModel) {
    this.addModel = addModel;
    this.getModel = getModel;
    this.listModels = listModels;
    this.updateModel = updateModel;
    this.removeModel = removeModel;
  }

  public void bind(Operations operations) {
    operations
        .change(ModelServiceGrpc.getCreateModelMethod(), this::create)
        .read(ModelServiceGrpc.getGetModelMethod(), this::get)
        .read(ModelServiceGrpc.getListModelsMethod(), this::list)
        .change(ModelServiceGrpc.getUpdateModelMethod(), this::update)
        .change(ModelServiceGrpc.getDeleteModelMethod(), this::remove)
        .shows(ModelView.class, ModelMethods::model);
  }

  private Result<Model> create(Actor actor, CreateModelRequest request, Trail trail) {
    AddModel.Command command =
        new AddModel.Command(request.getName(), deployments(request.getDeploymentsList()));
    return addModel.run(actor, command, trail).map(ModelMethods::model);
  }

  private Result<Model> get(Actor actor, GetModelRequest request) {
    return id(request.getId()).then(id -> getModel.run(actor, id)).map(ModelMethods::model);
  }

  private Result<ListModelsResponse> list(Actor actor, ListModelsRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return listModels
        .run(actor, ask)
        .map(
            page -> {
              ListModelsResponse.Builder answer = ListModelsResponse.newBuilder();
              page.items().forEach(each -> answer.addData(model(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Result<Model> update(Actor actor, UpdateModelRequest request, Trail trail) {
    List<DeploymentTerms> deployments =
        Patch.of(request).names("deployments") ? deployments(request.getDeploymentsList()) : null;
    return id(request.getId())
        .then(
            id ->
                updateModel.run(
                    actor,
                    new UpdateModel.Command(
                        id, request.hasName() ? request.getName() : null, deployments),
                    trail))
        .map(ModelMethods::model);
  }

  private Result<Empty> remove(Actor actor, DeleteModelRequest request, Trail trail) {
    return id(request.getId())
        .then(id -> removeModel.run(actor, id, trail))
        .map(_ -> Empty.getDefaultInstance());
  }

  private static List<DeploymentTerms> deployments(List<DeploymentSettings> forms) {
    List<DeploymentTerms> terms = new ArrayList<>();
    for (DeploymentSettings form : forms) {
      String path = "deployments[" + terms.size() + "].";
      terms.add(
          new DeploymentTerms(
              form.getProvider(),
              form.getModel(),
              form.hasCanonicalModel() ? form.getCanonicalModel() : null,
              form.getPriority(),
              form.hasWeight() ? form.getWeight() : 1,
              form.hasTimeouts()
                  ? TimeoutForm.timeouts(path, form.getTimeouts(), Timeouts.DEFAULT)
                  : null,
              form.getDrained()));
    }
    return terms;
  }

  private static Result<ModelId> id(String text) {
    return Wire.id(text, ModelId::parse, "model");
  }

  private static Model model(ModelView view) {
    Model.Builder wire =
        Model.newBuilder()
            .setId(view.model().id().toString())
            .setName(view.model().name())
            .setCreatedAt(Wire.time(view.model().createdAt()));
    if (view.model().tenant().isPlatform()) {
      wire.setPlatform(true);
    }
    for (dev.tollgate.domain.catalog.Deployment each : view.model().deployments()) {
      Deployment.Builder deployment =
          Deployment.newBuilder()
              .setProvider(
                  view.providers().getOrDefault(each.provider(), each.provider().toString()))
              .setModel(each.model())
              .setPriority(each.priority())
              .setWeight(each.weight())
              .setDrained(each.drained());
      Wire.set(each.canonicalModel(), deployment::setCanonicalModel);
      Wire.set(each.timeouts(), timeouts -> deployment.setTimeouts(TimeoutForm.timeouts(timeouts)));
      wire.addDeployments(deployment);
    }
    return wire.build();
  }
}
