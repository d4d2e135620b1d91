package dev.tollgate.admin;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.tollgate.admin.Operations.Bound;
import dev.tollgate.admin.Operations.Context;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Grants;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.OperationId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.jobs.Job;
import dev.tollgate.domain.jobs.Jobs;
import dev.tollgate.domain.jobs.Steps;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.stores.IdempotencyRecords;
import dev.tollgate.domain.stores.IdempotencyRecords.Claim;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.domain.stores.Work;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.v1.OperationRef;
import dev.tollgate.proto.v1.OperationState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Runs operations that take minutes, the network or another role of the database. Each is a row
/// and an audit event before it begins. It is waited for as long as its caller likes, and asked for
/// by its id afterwards. What a node leaves behind is taken over by another. Thread-safe.
public final class JobRunner {
  private static final Logger LOG = System.getLogger(JobRunner.class.getName());
  private static final Duration USUAL_WAIT = Duration.ofSeconds(30);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final long PAUSE_MILLIS = 200;
  private static final int AT_ONCE = 8;

  private final Jobs jobs;
  private final Work work;
  private final Audit audit;
  private final IdempotencyRecords idempotency;
  private final Operations operations;
  private final Runnable changed;
  private final Ids ids;
  private final Clock clock;
  private final Map<OperationId, Running> running = new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(AT_ONCE, true);

  /// @param changed told of every step that may have changed something
  public JobRunner(
      Jobs jobs,
      Work work,
      Audit audit,
      IdempotencyRecords idempotency,
      Operations operations,
      Runnable changed,
      Ids ids,
      Clock clock) {
    this.jobs = jobs;
    this.work = work;
    this.audit = audit;
    this.idempotency = idempotency;
    this.operations = operations;
    this.changed = changed;
    this.ids = ids;
    this.clock = clock;
  }

  private record Running(TenantId tenant, CountDownLatch ended) {}

  /// What became of the unit of work in which a job begins.
  private sealed interface Beginning {
    record New(OperationId id) implements Beginning {}

    record Known(OperationId id) implements Beginning {}

    record Answered(Answer answer) implements Beginning {}
  }

  Answer begin(Bound bound, Actor actor, Asked asked, Message request) {
    Duration wait = wait(asked.patience());
    boolean keyed = bound.operation().takesIdempotencyKey() && asked.idempotencyKey() != null;
    Kept kept =
        keyed
            ? Kept.of(
                bound.operation(),
                String.valueOf(asked.idempotencyKey()),
                request,
                asked.olderHashes())
            : null;
    return switch (work.inTenant(actor.tenant(), _ -> begin(bound, actor, kept, request))) {
      case Beginning.New(OperationId id) -> {
        start(bound, actor, id, request);
        yield await(bound, actor, id, wait, false);
      }
      case Beginning.Known(OperationId id) -> await(bound, actor, id, wait, true);
      case Beginning.Answered(Answer answer) -> answer;
    };
  }

  private Beginning begin(Bound bound, Actor actor, @Nullable Kept kept, Message request) {
    if (kept != null) {
      switch (idempotency.claim(actor.tenant(), kept.key(), kept.hashes())) {
        case Claim.First _ -> {}
        case Claim.Done(IdempotencyRecords.Kept answer) when answer.json() -> {
          // A node of the version before kept the answer itself.
          Message message = Kept.message(answer, bound.newAnswer());
          return new Beginning.Answered(new Answer.Done(message, true));
        }
        case Claim.Done(IdempotencyRecords.Kept answer) -> {
          String id = new String(answer.body(), StandardCharsets.UTF_8);
          return new Beginning.Known(OperationId.parse(id));
        }
        case Claim.InProgress _ -> {
          return new Beginning.Answered(new Answer.Refused(Kept.inProgress()));
        }
        case Claim.OtherRequest _ -> {
          return new Beginning.Answered(new Answer.Refused(Kept.otherRequest()));
        }
      }
    }
    OperationId id = new OperationId(ids.next());
    jobs.add(
        new Job(
            id,
            actor.tenant(),
            bound.operation().name(),
            actor.who().name(),
            actor.surface().wire(),
            actor.request().toString(),
            Secrets.holds(request) ? null : request.toByteArray(),
            null,
            null,
            clock.instant(),
            null));
    Trail trail = new Trail();
    trail.read(id);
    audit.add(actor, bound.operation().rule().getAudit(), trail);
    if (kept != null) {
      byte[] body = id.toString().getBytes(StandardCharsets.UTF_8);
      idempotency.keep(
          actor.tenant(),
          kept.key(),
          kept.hash(),
          new IdempotencyRecords.Kept(bound.operation().status(), body, false));
    }
    return new Beginning.New(id);
  }

  private void start(Bound bound, Actor actor, OperationId id, Message request) {
    Running mine = new Running(actor.tenant(), new CountDownLatch(1));
    running.put(id, mine);
    Thread.ofVirtual()
        .name("operation " + id)
        .start(
            () -> {
              try {
                run(bound, actor, id, request);
              } finally {
                running.remove(id);
                mine.ended().countDown();
              }
            });
  }

  private void run(Bound bound, Actor actor, OperationId id, Message request) {
    Job.Outcome outcome;
    try {
      places.acquire();
      try {
        outcome = outcome(bound, actor, id, request);
      } finally {
        places.release();
      }
      finish(actor.tenant(), id, outcome);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Job.Outcome outcome(Bound bound, Actor actor, OperationId id, Message request) {
    Fault fault;
    try {
      Context context = new Context(new Trail(), steps(bound, actor, id), null);
      Result<Message> result = bound.handler().handle(actor, request, context);
      if (result instanceof Result.Done<Message>(Message message)) {
        return new Job.Outcome.Done(message.toByteArray());
      }
      Fault refused = Fault.of(result);
      fault = refused == null ? Fault.internal() : refused;
    } catch (TakenOver e) {
      LOG.log(Level.INFO, "Operation {0} goes on at another node.", id);
      fault = Fault.internal();
    } catch (RuntimeException e) {
      fault = Dispatch.fault(bound, actor, e);
    }
    return new Job.Outcome.Failed(fault.reason().wire(), fault.field(), fault.detail());
  }

  /// Another node runs the job by now, and tells what becomes of it.
  private static final class TakenOver extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /// An outcome must not be lost because the database is away for a moment. That of a job which was
  /// taken over counts for nothing.
  private void finish(TenantId tenant, OperationId id, Job.Outcome outcome)
      throws InterruptedException {
    while (true) {
      try {
        jobs.finish(tenant, id, outcome);
        return;
      } catch (StoreUnavailable e) {
        Thread.sleep(PAUSE_MILLIS);
      }
    }
  }

  private Steps steps(Bound bound, Actor actor, OperationId id) {
    return new Steps() {
      @Override
      public <T> Result<T> commit(Function<Trail, Result<T>> step) {
        Result<T> result =
            work.inTenant(
                actor.tenant(),
                unit -> {
                  // The row stays locked until the step is kept, so that nobody takes it over.
                  if (jobs.alive(actor.tenant(), List.of(id)).isEmpty()) {
                    throw new TakenOver();
                  }
                  Trail trail = new Trail();
                  Result<T> done = step.apply(trail);
                  if (done instanceof Result.Done<T>) {
                    audit.add(actor, bound.operation().rule().getAudit(), trail);
                  } else {
                    unit.undo();
                  }
                  return done;
                });
        if (result instanceof Result.Done<T>) {
          changed.run();
        }
        return result;
      }

      @Override
      public void progress(String words) {
        jobs.progress(actor.tenant(), id, words);
      }
    };
  }

  private Answer await(Bound bound, Actor actor, OperationId id, Duration wait, boolean replayed) {
    long deadline = System.nanoTime() + wait.toNanos();
    try {
      Running here = running.get(id);
      if (here != null) {
        boolean _ = here.ended().await(wait.toNanos(), TimeUnit.NANOSECONDS);
      }
      while (true) {
        Job job =
            jobs.find(actor.tenant(), id)
                .orElseThrow(() -> new IllegalStateException("there is no operation " + id));
        if (job.outcome() != null) {
          return answer(bound, job, job.outcome(), replayed);
        }
        if (System.nanoTime() >= deadline) {
          return new Answer.Pending(named(bound.newAnswer(), id, RUNNING).build(), replayed);
        }
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Pending(named(bound.newAnswer(), id, RUNNING).build(), replayed);
    }
  }

  private static final OperationState RUNNING = OperationState.OPERATION_STATE_RUNNING;

  private static Answer answer(Bound bound, Job job, Job.Outcome outcome, boolean replayed) {
    return switch (outcome) {
      case Job.Outcome.Done(byte[] answer) -> {
        try {
          Message.Builder message = bound.newAnswer().mergeFrom(answer);
          named(message, job.id(), OperationState.OPERATION_STATE_DONE);
          yield new Answer.Done(message.build(), replayed);
        } catch (InvalidProtocolBufferException e) {
          throw new IllegalStateException("the answer of " + job.id() + " cannot be read", e);
        }
      }
      case Job.Outcome.Failed(String reason, String field, String detail) ->
          new Answer.Refused(new Fault(Reason.parse(reason), field, detail));
    };
  }

  private static Message.Builder named(
      Message.Builder answer, OperationId id, OperationState state) {
    OperationRef ref = OperationRef.newBuilder().setId(id.toString()).setState(state).build();
    return answer.setField(answer.getDescriptorForType().findFieldByName("operation"), ref);
  }

  private static Duration wait(@Nullable String text) {
    if (text == null) {
      return USUAL_WAIT;
    }
    try {
      Duration wait = Duration.parse(text);
      if (!wait.isNegative() && wait.compareTo(LONGEST_WAIT) <= 0) {
        return wait;
      }
    } catch (DateTimeException e) {
      // Said below, like one that is too long.
    }
    throw new InvalidRequest("wait", "wait must be an ISO 8601 duration between PT0S and PT5M.");
  }

  /// Says that this node's jobs are alive, and takes over those of nodes that say nothing any more.
  /// To be called every few seconds.
  public void tidy() {
    Map<TenantId, List<OperationId>> mine =
        running.entrySet().stream()
            .collect(
                Collectors.groupingBy(
                    each -> each.getValue().tenant(),
                    Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
    mine.forEach(jobs::alive);
    jobs.takeOver(SILENCE).forEach(this::takeOver);
  }

  private void takeOver(Job job) {
    Bound bound = operations.named(job.method()).orElse(null);
    byte[] input = job.input();
    if (bound == null || input == null) {
      jobs.finish(
          job.tenant(),
          job.id(),
          new Job.Outcome.Failed(
              Reason.OPERATION_INTERRUPTED.wire(),
              null,
              "The node that ran the operation stopped. Begin it again."));
      return;
    }
    try {
      LOG.log(Level.INFO, "Operation {0} goes on here.", job.id());
      Message request = bound.newRequest().mergeFrom(input).build();
      start(bound, actor(job), job.id(), request);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the input of " + job.id() + " cannot be read", e);
    }
  }

  private static Actor actor(Job job) {
    return new Actor(
        job.tenant(),
        new Actor.Who.Administrator(),
        Grants.allIn(job.tenant()),
        Actor.Surface.SYSTEM,
        CallId.parse(job.request()));
  }
}
