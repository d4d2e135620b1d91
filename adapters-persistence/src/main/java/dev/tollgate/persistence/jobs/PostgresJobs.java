package dev.tollgate.persistence.jobs;

import static dev.tollgate.persistence.database.Rows.param;

import dev.tollgate.domain.ids.OperationId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.jobs.Job;
import dev.tollgate.domain.jobs.Jobs;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.persistence.database.Database;
import dev.tollgate.persistence.database.Pages;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Jobs in PostgreSQL. A job belongs to the runner that its row names; another one takes it over
/// when that has said nothing for a while.
public final class PostgresJobs implements Jobs {
  private static final String SELECT =
      """
      select tenant_id, id, method, actor, surface, request_id, input, progress, state, answer,
        reason, field, detail, created_at, finished_at from tollgate.operation where tenant_id = ?\
      """;

  private final Database database;
  private final UUID runner = UUID.randomUUID();

  public PostgresJobs(Database database) {
    this.database = database;
  }

  @Override
  public void add(Job job) {
    database.inTenant(
        job.tenant(),
        tx ->
            tx.createInsert(
                    """
                    insert into tollgate.operation (tenant_id, id, method, actor, surface,
                      request_id, input, runner, created_at)
                    values (?,?,?,?,?,?,cast(? as bytea),?,?)
                    """)
                .addParam(job.tenant().value())
                .addParam(job.id().value())
                .addParam(job.method())
                .addParam(job.actor())
                .addParam(job.surface())
                .addParam(job.request())
                .addParam(job.input())
                .addParam(runner)
                .addParam(param(job.createdAt()))
                .execute());
  }

  @Override
  public Optional<Job> find(TenantId tenant, OperationId id) {
    return database.inTenant(
        tenant,
        tx ->
            Rows.one(
                tx.createQuery(SELECT + " and id = ?")
                    .addParam(tenant.value())
                    .addParam(id.value())
                    .execute(),
                PostgresJobs::job));
  }

  @Override
  public Page<Job> list(
      TenantId tenant, Job.@Nullable State state, @Nullable UUID cursor, int limit) {
    List<Job> found =
        database.inTenant(
            tenant,
            tx ->
                Rows.all(
                    tx.createQuery(
                            SELECT
                                + " and id < ? and state = coalesce(cast(? as text), state)"
                                + " order by id desc limit ?")
                        .addParam(tenant.value())
                        .addParam(Pages.before(cursor))
                        .addParam(state == null ? null : state.name())
                        .addParam(limit + 1)
                        .execute(),
                    PostgresJobs::job));
    return Pages.of(found, limit, job -> job.id().value());
  }

  @Override
  public List<OperationId> alive(TenantId tenant, List<OperationId> jobs) {
    return database.inTenant(
        tenant,
        tx -> {
          String ids = Rows.array(jobs.stream().map(OperationId::value).toList());
          tx.createUpdate(
                  """
                  update tollgate.operation set beat = tollgate.at()
                  where tenant_id = ? and id = any(cast(? as uuid[])) and runner = ?
                    and state = 'RUNNING'
                  """)
              .addParam(tenant.value())
              .addParam(ids)
              .addParam(runner)
              .execute();
          return Rows.all(
              tx.createQuery(
                      """
                      select id from tollgate.operation
                      where tenant_id = ? and id = any(cast(? as uuid[])) and runner = ?
                      """)
                  .addParam(tenant.value())
                  .addParam(ids)
                  .addParam(runner)
                  .execute(),
              row -> new OperationId(Rows.uuid(row, "id")));
        });
  }

  @Override
  public void progress(TenantId tenant, OperationId id, String progress) {
    database.inTenant(
        tenant,
        tx ->
            tx.createUpdate(
                    """
                    update tollgate.operation set progress = ?, beat = tollgate.at()
                    where tenant_id = ? and id = ? and runner = ? and state = 'RUNNING'
                    """)
                .addParam(progress)
                .addParam(tenant.value())
                .addParam(id.value())
                .addParam(runner)
                .execute());
  }

  @Override
  public void finish(TenantId tenant, OperationId id, Job.Outcome outcome) {
    Job.Outcome.Failed failed = outcome instanceof Job.Outcome.Failed each ? each : null;
    byte[] answer = outcome instanceof Job.Outcome.Done(byte[] bytes) ? bytes : null;
    database.inTenant(
        tenant,
        tx ->
            tx.createUpdate(
                    """
                    update tollgate.operation set state = ?, answer = cast(? as bytea), reason = ?,
                      field = ?, detail = ?, finished_at = tollgate.at()
                    where tenant_id = ? and id = ? and runner = ? and state = 'RUNNING'
                    """)
                .addParam(failed == null ? "DONE" : "FAILED")
                .addParam(answer)
                .addParam(failed == null ? null : failed.reason())
                .addParam(failed == null ? null : failed.field())
                .addParam(failed == null ? null : failed.detail())
                .addParam(tenant.value())
                .addParam(id.value())
                .addParam(runner)
                .execute());
  }

  @Override
  public List<Job> takeOver(Duration silence) {
    List<Taken> taken =
        database.acrossTenants(
            tx ->
                Rows.all(
                    tx.createQuery(
                            """
                            update tollgate.operation set runner = ?, beat = tollgate.at()
                            where state = 'RUNNING' and runner <> ?
                              and beat < tollgate.at() - cast(? as interval)
                            returning tenant_id, id
                            """)
                        .addParam(runner)
                        .addParam(runner)
                        .addParam(silence.toString())
                        .execute(),
                    row ->
                        new Taken(
                            new TenantId(Rows.uuid(row, "tenant_id")),
                            new OperationId(Rows.uuid(row, "id")))));
    return taken.stream().flatMap(each -> find(each.tenant(), each.id()).stream()).toList();
  }

  private record Taken(TenantId tenant, OperationId id) {}

  private static Job job(DbRow row) {
    return new Job(
        new OperationId(Rows.uuid(row, "id")),
        new TenantId(Rows.uuid(row, "tenant_id")),
        Rows.text(row, "method"),
        Rows.text(row, "actor"),
        Rows.text(row, "surface"),
        Rows.text(row, "request_id"),
        Rows.bytesOrNull(row, "input"),
        Rows.textOrNull(row, "progress"),
        outcome(row),
        Rows.time(row, "created_at"),
        Rows.timeOrNull(row, "finished_at"));
  }

  private static Job.@Nullable Outcome outcome(DbRow row) {
    return switch (Job.State.valueOf(Rows.text(row, "state"))) {
      case RUNNING -> null;
      case DONE -> new Job.Outcome.Done(Rows.bytes(row, "answer"));
      case FAILED ->
          new Job.Outcome.Failed(
              Rows.text(row, "reason"), Rows.textOrNull(row, "field"), Rows.text(row, "detail"));
    };
  }
}
