package dev.tollgate.admin.tenancy;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.application.tenancy.CreateBusinessUnit;
import dev.tollgate.application.tenancy.GetBusinessUnit;
import dev.tollgate.application.tenancy.ListBusinessUnits;
import dev.tollgate.application.tenancy.UpdateBusinessUnit;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.BusinessUnit;
import dev.tollgate.proto.v1.BusinessUnitServiceGrpc;
import dev.tollgate.proto.v1.CreateBusinessUnitRequest;
import dev.tollgate.proto.v1.GetBusinessUnitRequest;
import dev.tollgate.proto.v1.ListBusinessUnitsRequest;
import dev.tollgate.proto.v1.ListBusinessUnitsResponse;
import dev.tollgate.proto.v1.UpdateBusinessUnitRequest;
import org.jspecify.annotations.Nullable;

/// `BusinessUnitService`.
public final class BusinessUnitMethods {
  private final CreateBusinessUnit createBusinessUnit;
  private final GetBusinessUnit getBusinessUnit;
  private final ListBusinessUnits listBusinessUnits;
  private final UpdateBusinessUnit updateBusinessUnit;

  public BusinessUnitMethods(
      CreateBusinessUnit createBusinessUnit,
      GetBusinessUnit getBusinessUnit,
      ListBusinessUnits listBusinessUnits,
      UpdateBusinessUnit updateBusinessUnit) {
    this.createBusinessUnit = createBusinessUnit;
    this.getBusinessUnit = getBusinessUnit;
    this.listBusinessUnits = listBusinessUnits;
    this.updateBusinessUnit = updateBusinessUnit;
  }

  public void bind(Operations operations) {
    operations
        .change(BusinessUnitServiceGrpc.getCreateBusinessUnitMethod(), this::create)
        .read(BusinessUnitServiceGrpc.getGetBusinessUnitMethod(), this::get)
        .read(BusinessUnitServiceGrpc.getListBusinessUnitsMethod(), this::list)
        .change(BusinessUnitServiceGrpc.getUpdateBusinessUnitMethod(), this::update)
        .shows(BusinessUnit.class, BusinessUnitMethods::unit);
  }

  private Result<dev.tollgate.proto.v1.BusinessUnit> create(
      Actor actor, CreateBusinessUnitRequest request, Trail trail) {
    CreateBusinessUnit.Command command =
        new CreateBusinessUnit.Command(
            request.getName(), parent(request.hasParent(), request.getParent()));
    return createBusinessUnit.run(actor, command, trail).map(BusinessUnitMethods::unit);
  }

  private Result<dev.tollgate.proto.v1.BusinessUnit> get(
      Actor actor, GetBusinessUnitRequest request) {
    return id(request.getId())
        .then(id -> getBusinessUnit.run(actor, id))
        .map(BusinessUnitMethods::unit);
  }

  private Result<ListBusinessUnitsResponse> list(Actor actor, ListBusinessUnitsRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return listBusinessUnits
        .run(actor, ask)
        .map(
            page -> {
              ListBusinessUnitsResponse.Builder answer = ListBusinessUnitsResponse.newBuilder();
              page.items().forEach(each -> answer.addData(unit(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Result<dev.tollgate.proto.v1.BusinessUnit> update(
      Actor actor, UpdateBusinessUnitRequest request, Trail trail) {
    BusinessUnitId parent = parent(request.hasParent(), request.getParent());
    return id(request.getId())
        .then(
            id ->
                updateBusinessUnit.run(
                    actor,
                    new UpdateBusinessUnit.Command(
                        id, request.hasName() ? request.getName() : null, parent),
                    trail))
        .map(BusinessUnitMethods::unit);
  }

  private static @Nullable BusinessUnitId parent(boolean set, String text) {
    return Wire.parsedOrNull(set, "parent", text, BusinessUnitId::parse);
  }

  private static Result<BusinessUnitId> id(String text) {
    return Wire.id(text, BusinessUnitId::parse, "business unit");
  }

  private static dev.tollgate.proto.v1.BusinessUnit unit(BusinessUnit unit) {
    dev.tollgate.proto.v1.BusinessUnit.Builder wire =
        dev.tollgate.proto.v1.BusinessUnit.newBuilder()
            .setId(unit.id().toString())
            .setName(unit.name())
            .setCreatedAt(Wire.time(unit.createdAt()));
    Wire.set(unit.parent(), parent -> wire.setParent(parent.toString()));
    return wire.build();
  }
}
