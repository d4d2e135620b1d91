package dev.tollgate.admin.jobs;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.admin.Words;
import dev.tollgate.application.jobs.GetJob;
import dev.tollgate.application.jobs.ListJobs;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.OperationId;
import dev.tollgate.domain.jobs.Job;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.v1.GetOperationRequest;
import dev.tollgate.proto.v1.ListOperationsRequest;
import dev.tollgate.proto.v1.ListOperationsResponse;
import dev.tollgate.proto.v1.Operation;
import dev.tollgate.proto.v1.OperationError;
import dev.tollgate.proto.v1.OperationServiceGrpc;
import dev.tollgate.proto.v1.OperationState;

/// `OperationService`.
public final class OperationMethods {
  private static final Words<OperationState, Job.State> STATE =
      Words.between(OperationState.class, Job.State.class);

  private final GetJob getJob;
  private final ListJobs listJobs;
  private final Operations operations;

  /// @param operations which know the answers of all methods
  public OperationMethods(GetJob getJob, ListJobs listJobs, Operations operations) {
    this.getJob = getJob;
    this.listJobs = listJobs;
    this.operations = operations;
  }

  public void bind() {
    operations
        .read(OperationServiceGrpc.getGetOperationMethod(), this::get)
        .read(OperationServiceGrpc.getListOperationsMethod(), this::list);
  }

  private Result<Operation> get(Actor actor, GetOperationRequest request) {
    return Wire.id(request.getId(), OperationId::parse, "operation")
        .then(id -> getJob.run(actor, id))
        .map(this::operation);
  }

  private Result<ListOperationsResponse> list(Actor actor, ListOperationsRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return listJobs
        .run(actor, request.hasState() ? STATE.domain(request.getState()) : null, ask)
        .map(
            page -> {
              ListOperationsResponse.Builder answer = ListOperationsResponse.newBuilder();
              page.items().forEach(each -> answer.addData(operation(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Operation operation(Job job) {
    Operation.Builder wire =
        Operation.newBuilder()
            .setId(job.id().toString())
            .setMethod(job.method())
            .setState(STATE.wire(job.state()))
            .setActor(job.actor())
            .setCreatedAt(Wire.time(job.createdAt()));
    Wire.set(job.progress(), wire::setProgress);
    Wire.set(job.finishedAt(), time -> wire.setFinishedAt(Wire.time(time)));
    switch (job.outcome()) {
      case Job.Outcome.Done(byte[] answer) ->
          wire.setResult(Wire.json(operations.text(job.method(), answer)));
      case Job.Outcome.Failed(String reason, String field, String detail) -> {
        OperationError.Builder error =
            OperationError.newBuilder().setCode(reason).setDetail(detail);
        Wire.set(field, error::setField);
        wire.setError(error);
      }
      case null -> {}
    }
    return wire.build();
  }
}
