package dev.tollgate.admin;

import com.google.protobuf.Message;
import dev.tollgate.admin.Operations.Bound;
import dev.tollgate.admin.Operations.Context;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Grants;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.stores.IdempotencyRecords;
import dev.tollgate.domain.stores.IdempotencyRecords.Claim;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.domain.stores.Work;
import dev.tollgate.domain.tenancy.AdminTokens;
import dev.tollgate.proto.Checks;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.Operation;
import dev.tollgate.proto.Patch;
import dev.tollgate.proto.v1.Kind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What every operation goes through, whatever surface it came by: authentication, permission, the
/// contract's checks, one unit of work with its idempotency record and audit event, and one
/// translation of what comes of it. Thread-safe; blocks.
public final class Dispatch {
  private static final Logger LOG = System.getLogger(Dispatch.class.getName());

  private final AdminTokens tokens;
  private final IdempotencyRecords idempotency;
  private final Work work;
  private final Audit audit;
  private final JobRunner jobs;
  private final Runnable changed;

  /// @param changed told of every operation that may have changed something
  public Dispatch(
      AdminTokens tokens,
      IdempotencyRecords idempotency,
      Work work,
      Audit audit,
      JobRunner jobs,
      Runnable changed) {
    this.tokens = tokens;
    this.idempotency = idempotency;
    this.work = work;
    this.audit = audit;
    this.jobs = jobs;
    this.changed = changed;
  }

  /// Whether a caller may go on.
  public sealed interface Admission {
    record Admitted(Actor actor) implements Admission {}

    record Refused(Fault fault) implements Admission {}
  }

  /// Finds out who calls, and whether that one may call this at all. Needs no request, so that none
  /// has to be read for a stranger.
  public Admission admit(Bound bound, Caller caller) {
    Actor actor;
    try {
      actor = actor(caller);
    } catch (StoreUnavailable e) {
      return new Admission.Refused(Fault.unavailable());
    }
    if (actor == null) {
      return new Admission.Refused(Fault.unauthenticated());
    }
    if (caller.tenant() != null && !caller.names(actor.tenant())) {
      return new Admission.Refused(Fault.missing("tenant"));
    }
    return actor.may(bound.permission())
        ? new Admission.Admitted(actor)
        : new Admission.Refused(Fault.forbidden(bound.permission()));
  }

  private @Nullable Actor actor(Caller caller) {
    String header = caller.authorization();
    if (header == null || !header.regionMatches(true, 0, "Bearer ", 0, 7)) {
      return null;
    }
    TenantId home = tokens.verify(header.substring(7).strip());
    if (home == null) {
      return null;
    }
    TenantId tenant = caller.names(TenantId.PLATFORM) ? TenantId.PLATFORM : home;
    return new Actor(
        tenant,
        new Actor.Who.Administrator(),
        Grants.allIn(tenant),
        caller.surface(),
        caller.request());
  }

  /// Carries out an operation with one answer.
  public Answer answer(Bound bound, Actor actor, Asked asked, Message sent) {
    return guarded(
        bound,
        actor,
        () -> {
          Message request = Patch.masked(bound.operation(), sent);
          Checks.check(request);
          boolean dry = dryRun(bound.operation(), asked);
          return switch (bound.operation().kind()) {
            case KIND_READ -> read(bound, actor, request);
            case KIND_CHANGE -> change(bound, actor, asked, request, dry);
            case KIND_JOB -> jobs.begin(bound, actor, asked, request);
            case KIND_UNSPECIFIED, UNRECOGNIZED ->
                throw new IllegalStateException(bound.operation().name() + " has no kind");
          };
        });
  }

  /// Carries out an operation with a stream of answers.
  ///
  /// @param each takes them; it may throw [SurfaceBroke] to end the stream
  /// @return [Answer.Done] when all of them were handed out
  public Answer stream(
      Bound bound, Actor actor, Asked asked, Message request, Consumer<Message> each) {
    return guarded(
        bound,
        actor,
        () -> {
          Checks.check(request);
          dryRun(bound.operation(), asked);
          Context context = new Context(new Trail(), null, each);
          return plain(bound.handler().handle(actor, request, context));
        });
  }

  private static boolean dryRun(Operation operation, Asked asked) {
    if (asked.patience() != null && operation.kind() != Kind.KIND_JOB) {
      throw new InvalidRequest("wait", "There is no parameter 'wait': this is no job.");
    }
    String dryRun = asked.dryRun();
    if (dryRun == null) {
      return false;
    }
    if (operation.kind() != Kind.KIND_CHANGE) {
      throw new InvalidRequest("dry_run", "There is no parameter 'dry_run' of this operation.");
    }
    if (!dryRun.equals("true") && !dryRun.equals("false")) {
      throw new InvalidRequest("dry_run", "dry_run must be true or false.");
    }
    return dryRun.equals("true");
  }

  private Answer read(Bound bound, Actor actor, Message request) {
    Trail trail = new Trail();
    Result<Message> result = bound.handler().handle(actor, request, new Context(trail, null, null));
    if (result instanceof Result.Done<Message> && trail.object() != null) {
      // What was read is answered only once it is in the audit log.
      audit.add(actor, bound.operation().rule().getAudit(), trail);
    }
    return plain(result);
  }

  private Answer change(Bound bound, Actor actor, Asked asked, Message request, boolean dry) {
    String key = bound.operation().takesIdempotencyKey() && !dry ? asked.idempotencyKey() : null;
    Kept kept = key == null ? null : Kept.of(bound.operation(), key, request, asked.olderHashes());
    Answer answer =
        work.inTenant(actor.tenant(), unit -> change(bound, actor, request, kept, dry, unit));
    if (!dry && answer instanceof Answer.Done) {
      changed.run();
    }
    return answer;
  }

  private Answer change(
      Bound bound, Actor actor, Message request, @Nullable Kept kept, boolean dry, Work.Unit unit) {
    if (kept != null) {
      Answer known = known(bound, actor, kept);
      if (known != null) {
        return known;
      }
    }
    Trail trail = new Trail();
    Result<Message> result = bound.handler().handle(actor, request, new Context(trail, null, null));
    Answer answer = plain(result);
    IdempotencyRecords.Kept keeps =
        switch (result) {
          case Result.Done<Message>(Message message) -> Kept.answer(bound.operation(), message);
          // The change request is kept, and what it asks for has not been done.
          case Result.Requested<Message> requested -> Kept.answer(requested);
          default -> null;
        };
    if (dry || keeps == null) {
      unit.undo();
      return dry ? withoutSecret(answer) : answer;
    }
    if (answer instanceof Answer.Done) {
      audit.add(actor, bound.operation().rule().getAudit(), trail);
    }
    trail.parts().forEach((action, part) -> audit.add(actor, action, part));
    if (kept != null) {
      idempotency.keep(actor.tenant(), kept.key(), kept.hash(), keeps);
    }
    return answer;
  }

  private static Answer withoutSecret(Answer answer) {
    return answer instanceof Answer.Done(Message message, boolean replayed)
        ? new Answer.Done(Secrets.cleared(message), replayed)
        : answer;
  }

  /// What is known of a request under its key, or null when it is the first.
  private @Nullable Answer known(Bound bound, Actor actor, Kept kept) {
    return switch (idempotency.claim(actor.tenant(), kept.key(), kept.hashes())) {
      case Claim.First _ -> null;
      case Claim.Done(IdempotencyRecords.Kept answer) when Kept.isRequested(answer) ->
          new Answer.Refused(Kept.requested(answer));
      case Claim.Done(IdempotencyRecords.Kept answer) ->
          new Answer.Done(Kept.message(answer, bound.newAnswer()), true);
      case Claim.InProgress _ -> new Answer.Refused(Kept.inProgress());
      case Claim.OtherRequest _ -> new Answer.Refused(Kept.otherRequest());
    };
  }

  private static Answer plain(Result<Message> result) {
    Fault fault = Fault.of(result);
    return result instanceof Result.Done<Message>(Message message)
        ? new Answer.Done(message, false)
        : new Answer.Refused(fault == null ? Fault.internal() : fault);
  }

  private Answer guarded(Bound bound, Actor actor, Supplier<Answer> step) {
    try {
      return step.get();
    } catch (SurfaceBroke e) {
      throw e;
    } catch (RuntimeException e) {
      return new Answer.Refused(fault(bound, actor, e));
    }
  }

  /// What a caller is told of an exception. A defect is told to the log.
  static Fault fault(Bound bound, Actor actor, RuntimeException e) {
    return switch (e) {
      case InvalidRequest invalid -> Fault.of(invalid);
      case BrokenRule broken -> Fault.of(broken);
      case StoreUnavailable _ -> {
        LOG.log(Level.DEBUG, "management request " + actor.request(), e);
        yield Fault.unavailable();
      }
      default -> {
        String what = bound.operation().name() + " of management request " + actor.request();
        LOG.log(Level.ERROR, what + " failed", e);
        yield Fault.internal();
      }
    };
  }

  /// Thrown by a surface whose caller is gone, to end a stream.
  public static final class SurfaceBroke extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SurfaceBroke(Throwable cause) {
      super(cause);
    }
  }
}
