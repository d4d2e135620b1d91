package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.tenancy.BusinessUnit;
import dev.tollgate.domain.tenancy.BusinessUnits;
import dev.tollgate.domain.tenancy.Projects;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.time.Clock;

/// `/api/v1/business-units`.
public final class BusinessUnitsResource implements HttpService {
  private final Api api;
  private final BusinessUnits units;
  private final Projects projects;
  private final Ids ids;
  private final Clock clock;

  public BusinessUnitsResource(
      Api api, BusinessUnits units, Projects projects, Ids ids, Clock clock) {
    this.api = api;
    this.units = units;
    this.projects = projects;
    this.ids = ids;
    this.clock = clock;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", api.handler(this::list))
        .post("/", api.handler(this::create))
        .get("/{id}", api.handler(call -> Answer.ok(json(find(call)))))
        .patch("/{id}", api.handler(this::change));
  }

  private Answer list(Call call) {
    return Answer.ok(
        Cursors.page(
            units.list(call.tenant(), Cursors.cursor(call), Cursors.limit(call)),
            BusinessUnitsResource::json));
  }

  /// Below the root when no parent is named.
  private Answer create(Call call) {
    Fields fields = call.fields();
    String name = fields.text("name");
    BusinessUnitId parent = fields.parsedOrNull("parent", BusinessUnitId::parse);
    fields.done();
    BusinessUnit unit =
        new BusinessUnit(
            new BusinessUnitId(ids.next()),
            call.tenant(),
            parent == null ? projects.rootOf(call.tenant()) : parent,
            name,
            clock.instant());
    if (!units.add(unit)) {
      throw Problem.invalid("parent", "There is no such business unit.");
    }
    return Answer.created(json(unit));
  }

  private Answer change(Call call) {
    BusinessUnit unit = find(call);
    Fields fields = call.fields();
    String name = fields.textOrNull("name");
    BusinessUnitId parent = fields.parsedOrNull("parent", BusinessUnitId::parse);
    fields.done();
    BusinessUnit changed =
        new BusinessUnit(
            unit.id(),
            unit.tenant(),
            parent == null ? unit.parent() : parent,
            name == null ? unit.name() : name,
            unit.createdAt());
    if (!units.update(changed)) {
      throw Problem.invalid(
          "parent",
          "parent must be an existing unit that does not lie below this one. The root has none.");
    }
    return Answer.ok(json(changed));
  }

  private BusinessUnit find(Call call) {
    BusinessUnitId id = call.id(BusinessUnitId::parse, "business unit");
    return units.find(call.tenant(), id).orElseThrow(() -> Problem.notFound("business unit"));
  }

  private static ObjectNode json(BusinessUnit unit) {
    ObjectNode node = Json.object();
    node.put("id", unit.id().toString());
    node.put("name", unit.name());
    node.put("parent", Json.id(unit.parent()));
    node.put("created_at", unit.createdAt().toString());
    return node;
  }
}
