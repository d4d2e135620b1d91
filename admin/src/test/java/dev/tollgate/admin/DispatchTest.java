package dev.tollgate.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.admin.Operations.Bound;
import dev.tollgate.domain.audit.AuditEvent;
import dev.tollgate.domain.audit.AuditLog;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.OperationId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.jobs.Job;
import dev.tollgate.domain.jobs.Jobs;
import dev.tollgate.domain.reasons.Reason;
import dev.tollgate.domain.rules.BrokenRule;
import dev.tollgate.domain.stores.InMemoryIdempotency;
import dev.tollgate.domain.stores.InMemoryWork;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.stores.StoreUnavailable;
import dev.tollgate.proto.v1.CreateKeyRequest;
import dev.tollgate.proto.v1.Key;
import dev.tollgate.proto.v1.KeyServiceGrpc;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What every change goes through, around a verb that answers what the test says.
class DispatchTest {
  private static final TenantId TENANT = SampleIds.aTenant();
  private static final String TOKEN = "tga_right";
  private static final CreateKeyRequest REQUEST =
      CreateKeyRequest.newBuilder().setName("ci").setProject("prj_x").build();
  private static final Key KEY = Key.newBuilder().setId("key_1").setKey("tgk_canary").build();
  private static final Asked NOTHING = asked(null, null);
  private static final Asked UNDER_A_KEY = asked("one", null);
  private static final Asked TRIED = asked("one", "true");

  private final InMemoryWork work = new InMemoryWork();
  private final InMemoryIdempotency idempotency = new InMemoryIdempotency(work);
  private final Events events = new Events();
  private final Operations operations = new Operations();
  private Supplier<Result<Key>> verb = () -> Result.done(KEY);
  private int carriedOut;
  private int told;
  private final Dispatch dispatch = dispatch();

  private Dispatch dispatch() {
    operations.shows(Key.class, key -> key);
    operations.change(
        KeyServiceGrpc.getCreateKeyMethod(),
        (_, _, trail) -> {
          carriedOut++;
          trail.made("key_1", KEY);
          trail.part("change_request.create").read("chg_1");
          return verb.get();
        });
    Clock clock = Clock.systemUTC();
    Audit audit = new Audit(events, operations, SampleIds::anId, clock);
    JobRunner jobs =
        new JobRunner(
            new NoJobs(), work, audit, idempotency, operations, () -> {}, SampleIds::anId, clock);
    return new Dispatch(
        token -> token.equals(TOKEN) ? TENANT : null, idempotency, work, audit, jobs, () -> told++);
  }

  private static Asked asked(@Nullable String key, @Nullable String dryRun) {
    return new Asked(key, List.of(), dryRun, null);
  }

  private Dispatch.Admission admit(@Nullable String authorization, @Nullable String tenant) {
    return dispatch.admit(
        bound(),
        new Caller(authorization, tenant, Actor.Surface.REST, new CallId(SampleIds.anId())));
  }

  private Bound bound() {
    return operations.named("CreateKey").orElseThrow();
  }

  private Answer ask(Asked asked) {
    if (admit("Bearer " + TOKEN, null) instanceof Dispatch.Admission.Admitted(Actor actor)) {
      return dispatch.answer(bound(), actor, asked, REQUEST);
    }
    throw new AssertionError("the administrator is not admitted");
  }

  private Fault refusal(Asked asked) {
    if (ask(asked) instanceof Answer.Refused(Fault fault)) {
      return fault;
    }
    throw new AssertionError("not refused");
  }

  private Key done(Asked asked, boolean replayed) {
    if (ask(asked) instanceof Answer.Done(var message, boolean repeat)) {
      assertThat(repeat).isEqualTo(replayed);
      return (Key) message;
    }
    throw new AssertionError("not done");
  }

  @Test
  void aChangeIsAuditedAndItsRepeatShowsNoSecret() {
    assertThat(done(UNDER_A_KEY, false).getKey()).isEqualTo("tgk_canary");
    Key repeat = done(UNDER_A_KEY, true);
    assertThat(repeat.hasKey()).isFalse();
    assertThat(repeat.getSecretShown()).isTrue();
    assertThat(carriedOut).isOne();
    assertThat(told).isEqualTo(2);
    assertThat(events.actions()).containsExactly("key.create", "change_request.create");
    assertThat(events.all.getFirst().after()).contains("key_1").doesNotContain("tgk_canary");
  }

  /// The second person is asked once, however often the first one repeats himself.
  @Test
  void aChangeRequestIsMadeOnceUnderAKey() {
    verb = () -> new Result.Requested<>("chg_" + carriedOut, "https://gateway/chg_" + carriedOut);
    for (int i = 0; i < 3; i++) {
      Fault fault = refusal(UNDER_A_KEY);
      assertThat(fault.reason()).isEqualTo(Reason.CHANGE_REQUESTED);
      assertThat(fault.change())
          .isEqualTo(new Fault.ChangeRequest("chg_1", "https://gateway/chg_1"));
    }
    assertThat(carriedOut).isOne();
    // The change itself has not been made.
    assertThat(events.actions()).containsExactly("change_request.create");
  }

  @Test
  void aTrialKeepsNothingAndShowsNoSecret() {
    assertThat(done(TRIED, false).hasKey()).isFalse();
    verb = () -> new Result.Requested<>("chg_1", "https://gateway/chg_1");
    assertThat(refusal(TRIED).reason()).isEqualTo(Reason.CHANGE_REQUESTED);
    assertThat(events.all).isEmpty();
    assertThat(told).isZero();
    verb = () -> Result.done(KEY);
    assertThat(done(UNDER_A_KEY, false).getKey()).isEqualTo("tgk_canary");
  }

  @Test
  void aRefusalKeepsNothing() {
    verb = () -> new Result.Missing<>("project");
    assertThat(refusal(UNDER_A_KEY).reason()).isEqualTo(Reason.NOT_FOUND);
    assertThat(events.all).isEmpty();
    verb = () -> Result.done(KEY);
    done(UNDER_A_KEY, false);
  }

  @Test
  void eachResultHasItsReason() {
    verb = () -> new Result.Invalid<>("name", "name is too odd");
    assertThat(refusal(NOTHING))
        .isEqualTo(new Fault(Reason.INVALID_REQUEST, "name", "name is too odd."));
    verb = () -> new Result.Conflict<>(Reason.NAME_TAKEN, "There is another.");
    assertThat(refusal(NOTHING).reason()).isEqualTo(Reason.NAME_TAKEN);
    verb = () -> new Result.Forbidden<>(Permission.KEYS_WRITE);
    assertThat(refusal(NOTHING).detail()).contains("keys.write");
    verb =
        () -> {
          throw BrokenRule.of("name", "is broken");
        };
    assertThat(refusal(NOTHING).field()).isEqualTo("name");
    verb =
        () -> {
          throw new StoreUnavailable("away", new IOException());
        };
    assertThat(refusal(NOTHING).reason()).isEqualTo(Reason.LEDGER_UNAVAILABLE);
    assertThat(events.all).isEmpty();
  }

  @Test
  void anotherRequestUnderTheKeyIsRefused() {
    done(UNDER_A_KEY, false);
    if (!(admit("Bearer " + TOKEN, null) instanceof Dispatch.Admission.Admitted(Actor actor))) {
      throw new AssertionError();
    }
    Answer other =
        dispatch.answer(bound(), actor, UNDER_A_KEY, REQUEST.toBuilder().setName("other").build());
    assertThat(other)
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused ->
                assertThat(refused.fault().reason()).isEqualTo(Reason.IDEMPOTENCY_KEY_REUSED));
  }

  @Test
  void whoIsNobodyOrElsewhereIsTurnedAway() {
    for (String authorization : new String[] {null, "Basic x", "Bearer tga_wrong"}) {
      assertThat(admit(authorization, null))
          .isInstanceOfSatisfying(
              Dispatch.Admission.Refused.class,
              refused -> assertThat(refused.fault().reason()).isEqualTo(Reason.UNAUTHENTICATED));
    }
    assertThat(admit("Bearer " + TOKEN, SampleIds.aTenant().toString()))
        .isInstanceOfSatisfying(
            Dispatch.Admission.Refused.class,
            refused -> assertThat(refused.fault().reason()).isEqualTo(Reason.NOT_FOUND));
    // Keys are not among what is managed for the platform.
    assertThat(admit("Bearer " + TOKEN, "platform"))
        .isInstanceOfSatisfying(
            Dispatch.Admission.Refused.class,
            refused -> assertThat(refused.fault().reason()).isEqualTo(Reason.PERMISSION_DENIED));
  }

  @Test
  void nothingThatCarriesASecretPrintsIt() {
    Answer answer = ask(UNDER_A_KEY);
    assertThat(answer.toString() + Result.done(KEY)).doesNotContain("canary");
    Caller caller =
        new Caller("Bearer canary", null, Actor.Surface.GRPC, new CallId(SampleIds.anId()));
    assertThat(caller.toString()).doesNotContain("canary");
  }

  private static final class Events implements AuditLog {
    private final List<AuditEvent> all = new ArrayList<>();

    List<String> actions() {
      return all.stream().map(AuditEvent::action).toList();
    }

    @Override
    public void add(TenantId tenant, AuditEvent event) {
      all.add(event);
    }

    @Override
    public Page<AuditEvent> list(TenantId tenant, Filter filter, @Nullable UUID cursor, int limit) {
      throw new AssertionError("nobody reads the log");
    }
  }

  /// No job is begun here.
  private static final class NoJobs implements Jobs {
    @Override
    public void add(Job job) {
      throw new AssertionError();
    }

    @Override
    public Optional<Job> find(TenantId tenant, OperationId id) {
      throw new AssertionError();
    }

    @Override
    public Page<Job> list(
        TenantId tenant, Job.@Nullable State state, @Nullable UUID cursor, int limit) {
      throw new AssertionError();
    }

    @Override
    public List<OperationId> alive(TenantId tenant, List<OperationId> jobs) {
      throw new AssertionError();
    }

    @Override
    public void progress(TenantId tenant, OperationId id, String progress) {
      throw new AssertionError();
    }

    @Override
    public void finish(TenantId tenant, OperationId id, Job.Outcome outcome) {
      throw new AssertionError();
    }

    @Override
    public List<Job> takeOver(Duration silence) {
      throw new AssertionError();
    }
  }
}
