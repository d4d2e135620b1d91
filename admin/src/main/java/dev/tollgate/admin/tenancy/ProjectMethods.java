package dev.tollgate.admin.tenancy;

import com.google.protobuf.Empty;
import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.admin.Words;
import dev.tollgate.application.tenancy.ArchiveProject;
import dev.tollgate.application.tenancy.CreateProject;
import dev.tollgate.application.tenancy.GetProject;
import dev.tollgate.application.tenancy.ListProjects;
import dev.tollgate.application.tenancy.UpdateProject;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.BusinessUnitId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.Project;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.proto.v1.CreateProjectRequest;
import dev.tollgate.proto.v1.DeleteProjectRequest;
import dev.tollgate.proto.v1.GetProjectRequest;
import dev.tollgate.proto.v1.ListProjectsRequest;
import dev.tollgate.proto.v1.ListProjectsResponse;
import dev.tollgate.proto.v1.ProjectServiceGrpc;
import dev.tollgate.proto.v1.UpdateProjectRequest;

/// `ProjectService`.
public final class ProjectMethods {
  public static final Words<dev.tollgate.proto.v1.Capture, Capture> CAPTURE =
      Words.between(dev.tollgate.proto.v1.Capture.class, Capture.class);

  private final CreateProject createProject;
  private final GetProject getProject;
  private final ListProjects listProjects;
  private final UpdateProject updateProject;
  private final ArchiveProject archiveProject;

  public ProjectMethods(
      CreateProject createProject,
      GetProject getProject,
      ListProjects listProjects,
      UpdateProject updateProject,
      ArchiveProject archiveProject) {
    this.createProject = createProject;
    this.getProject = getProject;
    this.listProjects = listProjects;
    this.updateProject = updateProject;
    this.archiveProject = archiveProject;
  }

  public void bind(Operations operations) {
    operations
        .change(ProjectServiceGrpc.getCreateProjectMethod(), this::create)
        .read(ProjectServiceGrpc.getGetProjectMethod(), this::get)
        .read(ProjectServiceGrpc.getListProjectsMethod(), this::list)
        .change(ProjectServiceGrpc.getUpdateProjectMethod(), this::update)
        .change(ProjectServiceGrpc.getDeleteProjectMethod(), this::archive)
        .shows(Project.class, ProjectMethods::project);
  }

  private Result<dev.tollgate.proto.v1.Project> create(
      Actor actor, CreateProjectRequest request, Trail trail) {
    CreateProject.Command command =
        new CreateProject.Command(
            request.getName(),
            Wire.parsedOrNull(
                request.hasBusinessUnit(),
                "business_unit",
                request.getBusinessUnit(),
                BusinessUnitId::parse),
            CAPTURE.domain(request.hasCapture(), request.getCapture(), Capture.METADATA),
            request.hasRetentionDays()
                ? Retention.ofDays(request.getRetentionDays())
                : Retention.DAYS_90);
    return createProject.run(actor, command, trail).map(ProjectMethods::project);
  }

  private Result<dev.tollgate.proto.v1.Project> get(Actor actor, GetProjectRequest request) {
    return id(request.getId()).then(id -> getProject.run(actor, id)).map(ProjectMethods::project);
  }

  private Result<ListProjectsResponse> list(Actor actor, ListProjectsRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return listProjects
        .run(actor, ask)
        .map(
            page -> {
              ListProjectsResponse.Builder answer = ListProjectsResponse.newBuilder();
              page.items().forEach(each -> answer.addData(project(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Result<dev.tollgate.proto.v1.Project> update(
      Actor actor, UpdateProjectRequest request, Trail trail) {
    return id(request.getId())
        .then(
            id ->
                updateProject.run(
                    actor,
                    new UpdateProject.Command(
                        id,
                        request.hasName() ? request.getName() : null,
                        request.hasCapture() ? CAPTURE.domain(request.getCapture()) : null,
                        request.hasRetentionDays()
                            ? Retention.ofDays(request.getRetentionDays())
                            : null),
                    trail))
        .map(ProjectMethods::project);
  }

  private Result<Empty> archive(Actor actor, DeleteProjectRequest request, Trail trail) {
    return id(request.getId())
        .then(id -> archiveProject.run(actor, id, trail))
        .map(_ -> Empty.getDefaultInstance());
  }

  private static Result<ProjectId> id(String text) {
    return Wire.id(text, ProjectId::parse, "project");
  }

  private static dev.tollgate.proto.v1.Project project(Project project) {
    return dev.tollgate.proto.v1.Project.newBuilder()
        .setId(project.id().toString())
        .setName(project.name())
        .setBusinessUnit(project.businessUnit().toString())
        .setCapture(CAPTURE.wire(project.capture()))
        .setRetentionDays(project.retention().days())
        .setArchived(project.archived())
        .setCreatedAt(Wire.time(project.createdAt()))
        .build();
  }
}
