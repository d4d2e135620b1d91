package dev.tollgate.admin.keys;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.admin.Words;
import dev.tollgate.admin.ledger.BudgetForm;
import dev.tollgate.admin.tenancy.ProjectMethods;
import dev.tollgate.application.keys.CreateKey;
import dev.tollgate.application.keys.GetKey;
import dev.tollgate.application.keys.ImportKey;
import dev.tollgate.application.keys.KeyView;
import dev.tollgate.application.keys.ListKeys;
import dev.tollgate.application.keys.RotateKey;
import dev.tollgate.application.keys.SwitchKey;
import dev.tollgate.application.keys.UpdateKey;
import dev.tollgate.application.ledger.BudgetTerms;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.keys.AddressRange;
import dev.tollgate.domain.keys.ImportedSecret;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.keys.KeySecret;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.proto.Patch;
import dev.tollgate.proto.v1.BudgetSettings;
import dev.tollgate.proto.v1.CreateKeyRequest;
import dev.tollgate.proto.v1.EndpointList;
import dev.tollgate.proto.v1.GetKeyRequest;
import dev.tollgate.proto.v1.ImportKeyRequest;
import dev.tollgate.proto.v1.Key;
import dev.tollgate.proto.v1.KeyServiceGrpc;
import dev.tollgate.proto.v1.KeyStatus;
import dev.tollgate.proto.v1.ListKeysRequest;
import dev.tollgate.proto.v1.ListKeysResponse;
import dev.tollgate.proto.v1.RotateKeyRequest;
import dev.tollgate.proto.v1.StringList;
import dev.tollgate.proto.v1.UpdateKeyRequest;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `KeyService`.
public final class KeyMethods {
  private static final Words<KeyStatus, VirtualKey.State> STATUS =
      Words.between(KeyStatus.class, VirtualKey.State.class);
  private static final Words<dev.tollgate.proto.v1.Endpoint, Endpoint> ENDPOINT =
      Words.between(dev.tollgate.proto.v1.Endpoint.class, Endpoint.class);

  private final Verbs verbs;

  /// The use cases that the methods call.
  public record Verbs(
      CreateKey create,
      ImportKey bring,
      GetKey get,
      ListKeys list,
      UpdateKey update,
      RotateKey rotate,
      SwitchKey turn) {}

  public KeyMethods(Verbs verbs) {
    this.verbs = verbs;
  }

  public void bind(Operations operations) {
    operations
        .change(KeyServiceGrpc.getCreateKeyMethod(), this::create)
        .change(KeyServiceGrpc.getImportKeyMethod(), this::bring)
        .read(KeyServiceGrpc.getGetKeyMethod(), this::get)
        .read(KeyServiceGrpc.getListKeysMethod(), this::list)
        .change(KeyServiceGrpc.getUpdateKeyMethod(), this::update)
        .change(KeyServiceGrpc.getRotateKeyMethod(), this::rotate)
        .change(
            KeyServiceGrpc.getDisableKeyMethod(),
            (actor, request, trail) ->
                turn(actor, request.getId(), VirtualKey.State.DISABLED, trail))
        .change(
            KeyServiceGrpc.getEnableKeyMethod(),
            (actor, request, trail) -> turn(actor, request.getId(), VirtualKey.State.ACTIVE, trail))
        .change(
            KeyServiceGrpc.getRevokeKeyMethod(),
            (actor, request, trail) ->
                turn(actor, request.getId(), VirtualKey.State.REVOKED, trail))
        .shows(KeyView.class, KeyMethods::key);
  }

  private Result<Key> create(Actor actor, CreateKeyRequest request, Trail trail) {
    return verbs
        .create()
        .run(actor, command(request), trail)
        .map(created -> shown(created.view(), created.secret()));
  }

  private Result<Key> bring(Actor actor, ImportKeyRequest request, Trail trail) {
    CreateKeyRequest settings = Wire.shared(request, CreateKeyRequest.newBuilder()).build();
    return Result.checked(
            () ->
                verbs
                    .bring()
                    .run(
                        actor,
                        ImportedSecret.parse(request.getSecretSha256()),
                        command(settings),
                        trail))
        .map(KeyMethods::key);
  }

  private static CreateKey.Command command(CreateKeyRequest request) {
    return new CreateKey.Command(
        Wire.parsed("project", request.getProject(), ProjectId::parse),
        request.getName(),
        Wire.parsedOrNull(request.hasOwner(), "owner", request.getOwner(), MemberId::parse),
        Wire.instantOrNull(request.hasExpiresAt(), request.getExpiresAt()),
        new KeyPolicy(
            models(request.hasModels(), request.getModels()),
            endpoints(request.hasEndpoints(), request.getEndpoints()),
            addresses(request.hasIpAllow(), request.getIpAllow()),
            request.hasCapture() ? ProjectMethods.CAPTURE.domain(request.getCapture()) : null,
            retention(request.hasRetentionDays(), request.getRetentionDays())),
        request.getMetadataMap(),
        request.getTagsList(),
        budget(request.hasBudget(), request.getBudget()));
  }

  private Result<Key> get(Actor actor, GetKeyRequest request) {
    return id(request.getId()).then(id -> verbs.get().run(actor, id)).map(KeyMethods::key);
  }

  private Result<ListKeysResponse> list(Actor actor, ListKeysRequest request) {
    VirtualKeys.Filter filter =
        new VirtualKeys.Filter(
            Wire.parsedOrNull(
                request.hasProject(), "project", request.getProject(), ProjectId::parse),
            request.hasStatus() ? STATUS.domain(request.getStatus()) : null,
            request.hasTag() ? request.getTag() : null,
            request.hasName() ? request.getName() : null);
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return verbs
        .list()
        .run(actor, filter, ask)
        .map(
            page -> {
              ListKeysResponse.Builder answer = ListKeysResponse.newBuilder();
              page.items().forEach(each -> answer.addData(key(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Result<Key> update(Actor actor, UpdateKeyRequest request, Trail trail) {
    Patch patch = Patch.of(request);
    UnaryOperator<VirtualKey.Change> change = change(request, patch);
    BudgetTerms budget = budget(request.hasBudget(), request.getBudget());
    return id(request.getId())
        .then(
            id ->
                verbs
                    .update()
                    .run(
                        actor,
                        new UpdateKey.Command(id, change, budget, patch.names("budget")),
                        trail))
        .map(KeyMethods::key);
  }

  /// All values are read before the key is locked; what follows only chooses.
  private static UnaryOperator<VirtualKey.Change> change(UpdateKeyRequest request, Patch patch) {
    Instant expiresAt = Wire.instantOrNull(request.hasExpiresAt(), request.getExpiresAt());
    List<String> models = models(request.hasModels(), request.getModels());
    Set<Endpoint> endpoints = endpoints(request.hasEndpoints(), request.getEndpoints());
    List<AddressRange> addresses = addresses(request.hasIpAllow(), request.getIpAllow());
    Capture capture =
        request.hasCapture() ? ProjectMethods.CAPTURE.domain(request.getCapture()) : null;
    Retention retention = retention(request.hasRetentionDays(), request.getRetentionDays());
    return now -> {
      KeyPolicy policy = now.policy();
      return new VirtualKey.Change(
          request.hasName() ? request.getName() : now.name(),
          patch.names("expires_at") ? expiresAt : now.expiresAt(),
          new KeyPolicy(
              patch.names("models") ? models : policy.models(),
              patch.names("endpoints") ? endpoints : policy.endpoints(),
              patch.names("ip_allow") ? addresses : policy.ipAllow(),
              patch.names("capture") ? capture : policy.capture(),
              patch.names("retention_days") ? retention : policy.retention()),
          patch.names("metadata") ? request.getMetadataMap() : now.metadata(),
          patch.names("tags") ? request.getTagsList() : now.tags());
    };
  }

  private Result<Key> rotate(Actor actor, RotateKeyRequest request, Trail trail) {
    return id(request.getId())
        .then(
            id ->
                verbs
                    .rotate()
                    .run(
                        actor,
                        new RotateKey.Command(id, Wire.duration(request.getOverlap())),
                        trail))
        .map(rotated -> shown(rotated.view(), rotated.secret()));
  }

  private Result<Key> turn(Actor actor, String text, VirtualKey.State state, Trail trail) {
    return id(text)
        .then(id -> verbs.turn().run(actor, new SwitchKey.Command(id, state), trail))
        .map(KeyMethods::key);
  }

  private static @Nullable BudgetTerms budget(boolean set, BudgetSettings settings) {
    return set ? BudgetForm.terms("budget.", settings) : null;
  }

  private static @Nullable List<String> models(boolean set, StringList list) {
    return set ? list.getValuesList() : null;
  }

  private static @Nullable Set<Endpoint> endpoints(boolean set, EndpointList list) {
    return set
        ? list.getValuesList().stream().map(ENDPOINT::domain).collect(Collectors.toSet())
        : null;
  }

  private static @Nullable List<AddressRange> addresses(boolean set, StringList list) {
    return set ? Wire.list("ip_allow", list.getValuesList(), AddressRange::parse) : null;
  }

  private static @Nullable Retention retention(boolean set, int days) {
    return set ? Retention.ofDays(days) : null;
  }

  private static Result<KeyId> id(String text) {
    return Wire.id(text, KeyId::parse, "key");
  }

  /// The secret is attached last, to the message that leaves.
  private static Key shown(KeyView view, KeySecret secret) {
    return key(view).toBuilder().setKey(secret.reveal()).build();
  }

  private static Key key(KeyView view) {
    VirtualKey key = view.key();
    KeyPolicy policy = key.policy();
    Key.Builder wire =
        Key.newBuilder()
            .setId(key.id().toString())
            .setName(key.name())
            .setProject(key.project().toString())
            .setBusinessUnit(key.businessUnit().toString())
            .setStatus(STATUS.wire(key.state()))
            .setHint(key.hint())
            .setCreatedAt(Wire.time(key.createdAt()))
            .putAllMetadata(key.metadata())
            .addAllTags(key.tags());
    Wire.set(key.owner(), owner -> wire.setOwner(owner.toString()));
    Wire.set(key.expiresAt(), time -> wire.setExpiresAt(Wire.time(time)));
    Wire.set(key.lastUsedAt(), time -> wire.setLastUsedAt(Wire.time(time)));
    Wire.set(policy.models(), models -> wire.setModels(Wire.strings(models)));
    Wire.set(policy.endpoints(), endpoints -> wire.setEndpoints(endpoints(endpoints)));
    Wire.set(
        policy.ipAllow(),
        ranges ->
            wire.setIpAllow(Wire.strings(ranges.stream().map(AddressRange::toString).toList())));
    Wire.set(policy.capture(), capture -> wire.setCapture(ProjectMethods.CAPTURE.wire(capture)));
    Wire.set(policy.retention(), retention -> wire.setRetentionDays(retention.days()));
    Wire.set(view.budget(), state -> wire.setBudget(BudgetForm.budget(state)));
    return wire.build();
  }

  private static EndpointList endpoints(Set<Endpoint> endpoints) {
    EndpointList.Builder list = EndpointList.newBuilder();
    endpoints.stream()
        .sorted((a, b) -> a.wire().compareTo(b.wire()))
        .forEach(each -> list.addValues(ENDPOINT.wire(each)));
    return list.build();
  }
}
