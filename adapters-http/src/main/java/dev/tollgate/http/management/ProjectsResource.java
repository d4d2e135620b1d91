package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.application.tenancy.CreateProject;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Projects;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;

/// `/api/v1/projects`.
public final class ProjectsResource implements HttpService {
  private final Api api;
  private final Projects projects;
  private final CreateProject createProject;

  public ProjectsResource(Api api, Projects projects, CreateProject createProject) {
    this.api = api;
    this.projects = projects;
    this.createProject = createProject;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", api.handler(this::list))
        .post("/", api.handler(this::create))
        .get("/{id}", api.handler(call -> Answer.ok(json(find(call)))))
        .patch("/{id}", api.handler(this::change))
        .delete("/{id}", api.handler(this::archive));
  }

  private Answer list(Call call) {
    return Answer.ok(
        Cursors.page(
            projects.list(call.tenant(), Cursors.cursor(call), Cursors.limit(call)),
            ProjectsResource::json));
  }

  private Answer create(Call call) {
    Fields fields = call.fields();
    String name = fields.text("name");
    BusinessUnitId unit = fields.parsedOrNull("business_unit", BusinessUnitId::parse);
    Capture capture = fields.parsedOrNull("capture", Capture::parse);
    int days = fields.number("retention_days", Retention.DAYS_90.days());
    fields.done();
    return createProject
        .create(
            call.tenant(),
            name,
            unit,
            capture == null ? Capture.METADATA : capture,
            Retention.ofDays(days))
        .map(project -> Answer.created(json(project)))
        .orElseThrow(() -> Problem.invalid("business_unit", "There is no such business unit."));
  }

  private Answer change(Call call) {
    Project project = find(call);
    Fields fields = call.fields();
    String name = fields.textOrNull("name");
    Capture capture = fields.parsedOrNull("capture", Capture::parse);
    int days = fields.number("retention_days", project.retention().days());
    fields.done();
    Project changed =
        project.renamed(
            name == null ? project.name() : name,
            capture == null ? project.capture() : capture,
            Retention.ofDays(days));
    projects.update(changed);
    return Answer.ok(json(changed));
  }

  private Answer archive(Call call) {
    projects.update(find(call).archive());
    return new Answer(204, null, null);
  }

  private Project find(Call call) {
    ProjectId id = call.id(ProjectId::parse, "project");
    return projects.find(call.tenant(), id).orElseThrow(() -> Problem.notFound("project"));
  }

  private static ObjectNode json(Project project) {
    ObjectNode node = Json.object();
    node.put("id", project.id().toString());
    node.put("name", project.name());
    node.put("business_unit", project.businessUnit().toString());
    node.put("capture", project.capture().wire());
    node.put("retention_days", project.retention().days());
    node.put("archived", project.archived());
    node.put("created_at", project.createdAt().toString());
    return node;
  }
}
