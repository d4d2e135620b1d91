package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.application.keys.CreateKey;
import dev.tollgate.application.keys.RotateKey;
import dev.tollgate.application.ledger.SetBudget;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.inference.Capture;
import dev.tollgate.domain.inference.Endpoint;
import dev.tollgate.domain.keys.AddressRange;
import dev.tollgate.domain.keys.KeyPolicy;
import dev.tollgate.domain.keys.VirtualKey;
import dev.tollgate.domain.keys.VirtualKeys;
import dev.tollgate.domain.ledger.Budgets;
import dev.tollgate.domain.ledger.Scope;
import dev.tollgate.domain.tenancy.Page;
import dev.tollgate.domain.tenancy.Retention;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// `/api/v1/keys`.
public final class KeysResource implements HttpService {
  private static final int LONGEST_MODEL = 256;

  private final Api api;
  private final VirtualKeys keys;
  private final CreateKey createKey;
  private final RotateKey rotateKey;
  private final Budgets budgets;
  private final SetBudget setBudget;

  public KeysResource(
      Api api,
      VirtualKeys keys,
      CreateKey createKey,
      RotateKey rotateKey,
      Budgets budgets,
      SetBudget setBudget) {
    this.budgets = budgets;
    this.setBudget = setBudget;
    this.api = api;
    this.keys = keys;
    this.createKey = createKey;
    this.rotateKey = rotateKey;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", api.handler(this::list))
        .post("/", api.handler(this::create))
        .get("/{id}", api.handler(this::get))
        .patch("/{id}", api.handler(this::change))
        .post("/{id}/rotate", api.handler(this::rotate))
        .post("/{id}/disable", api.handler(call -> switchTo(call, VirtualKey.State.DISABLED)))
        .post("/{id}/enable", api.handler(call -> switchTo(call, VirtualKey.State.ACTIVE)))
        .post("/{id}/revoke", api.handler(call -> switchTo(call, VirtualKey.State.REVOKED)));
  }

  private Answer list(Call call) {
    String project = call.query("project");
    String state = call.query("status");
    VirtualKeys.Filter filter =
        new VirtualKeys.Filter(
            project == null ? null : ProjectId.parse(project),
            state == null ? null : state(state),
            call.query("tag"),
            call.query("name"));
    return Answer.ok(
        Cursors.page(
            keys.list(call.tenant(), filter, Cursors.cursor(call), Cursors.limit(call)),
            this::json));
  }

  private Answer create(Call call) {
    Fields fields = call.fields();
    // Read before the key is made, so that a bad budget leaves no key behind.
    KeyId unknown = new KeyId(new UUID(0, 0));
    SetBudget.Command budget = budget(fields, call.tenant(), unknown);
    List<String> tags = fields.listOrNull("tags", text -> text);
    CreateKey.Command command =
        new CreateKey.Command(
            call.tenant(),
            fields.parsed("project", ProjectId::parse),
            fields.text("name"),
            owner(fields),
            fields.timeOrNull("expires_at"),
            policy(fields, KeyPolicy.OPEN),
            fields.map("metadata"),
            tags == null ? List.of() : tags);
    fields.done();
    return switch (createKey.create(command)) {
      case CreateKey.Outcome.Created created -> {
        if (budget != null) {
          set(budget.of(created.key().id().value()));
        }
        ObjectNode node = json(created.key());
        node.put("key", created.secret().reveal());
        yield Answer.withSecret(201, node, "key");
      }
      case CreateKey.Outcome.NoProject _ ->
          throw Problem.invalid("project", "There is no such project, or it is archived.");
    };
  }

  /// There are no members yet whose id it could be.
  private static @Nullable MemberId owner(Fields fields) {
    if (fields.parsedOrNull("owner", MemberId::parse) != null) {
      throw Problem.invalid("owner", "There is no such member.");
    }
    return null;
  }

  private Answer get(Call call) {
    return Answer.ok(json(found(keys.find(call.tenant(), id(call)))));
  }

  /// Members that are absent stay as they are; null clears.
  private Answer change(Call call) {
    Fields fields = call.fields();
    SetBudget.Command budget = budget(fields, call.tenant(), id(call));
    UnaryOperator<VirtualKey> change =
        key -> {
          String name = fields.textOrNull("name");
          Instant expiresAt =
              fields.has("expires_at") ? fields.timeOrNull("expires_at") : key.expiresAt();
          Map<String, String> metadata =
              fields.has("metadata") ? fields.map("metadata") : key.metadata();
          List<String> tags =
              fields.has("tags") ? fields.listOrNull("tags", text -> text) : key.tags();
          KeyPolicy policy = policy(fields, key.policy());
          fields.done();
          return key.changed(
              new VirtualKey.Change(
                  name == null ? key.name() : name,
                  expiresAt,
                  policy,
                  metadata,
                  tags == null ? List.of() : tags));
        };
    VirtualKey changed = found(keys.update(call.tenant(), id(call), change));
    if (budget != null) {
      set(budget);
    } else if (fields.has("budget")) {
      budgetOf(changed).ifPresent(state -> setBudget.remove(call.tenant(), state.budget().id()));
    }
    return Answer.ok(json(changed));
  }

  private Answer rotate(Call call) {
    Fields fields = call.fields();
    Duration overlap = fields.duration("overlap", Duration.ZERO);
    fields.done();
    try {
      return switch (rotateKey.rotate(call.tenant(), id(call), overlap)) {
        case RotateKey.Outcome.Rotated rotated -> {
          ObjectNode node = json(rotated.key());
          node.put("key", rotated.secret().reveal());
          yield Answer.withSecret(200, node, "key");
        }
        case RotateKey.Outcome.NoKey _ -> throw Problem.notFound("key");
      };
    } catch (IllegalStateException e) {
      throw Problem.conflict("key_revoked", "A revoked key cannot be rotated.");
    }
  }

  private Answer switchTo(Call call, VirtualKey.State state) {
    try {
      return Answer.ok(json(found(keys.update(call.tenant(), id(call), key -> key.in(state)))));
    } catch (IllegalStateException e) {
      throw Problem.conflict("key_revoked", "A revoked key stays revoked.");
    }
  }

  private static SetBudget.@Nullable Command budget(Fields fields, TenantId tenant, KeyId key) {
    return fields.isNull("budget")
        ? null
        : BudgetForm.read(fields.object("budget"), tenant, Scope.KEY, key.value());
  }

  private void set(SetBudget.Command budget) {
    if (setBudget.set(budget).isEmpty()) {
      throw Problem.notFound("key");
    }
  }

  private Optional<Budgets.State> budgetOf(VirtualKey key) {
    return budgets
        .list(key.tenant(), Scope.KEY, key.id().value(), null, Page.LARGEST)
        .items()
        .stream()
        .filter(state -> state.budget().models() == null)
        .findFirst();
  }

  private static KeyPolicy policy(Fields fields, KeyPolicy otherwise) {
    List<String> models =
        fields.has("models")
            ? fields.listOrNull("models", KeysResource::modelName)
            : otherwise.models();
    Set<Endpoint> endpoints = otherwise.endpoints();
    if (fields.has("endpoints")) {
      List<Endpoint> listed = fields.listOrNull("endpoints", Endpoint::parse);
      endpoints = listed == null ? null : new LinkedHashSet<>(listed);
    }
    List<AddressRange> addresses =
        fields.has("ip_allow")
            ? fields.listOrNull("ip_allow", AddressRange::parse)
            : otherwise.ipAllow();
    Capture capture =
        fields.has("capture")
            ? fields.parsedOrNull("capture", Capture::parse)
            : otherwise.capture();
    Retention retention = otherwise.retention();
    if (fields.has("retention_days")) {
      int days = fields.number("retention_days", 0);
      retention = days == 0 ? null : Retention.ofDays(days);
    }
    return new KeyPolicy(models, endpoints, addresses, capture, retention);
  }

  private static String modelName(String text) {
    if (text.isBlank() || text.length() > LONGEST_MODEL) {
      throw new IllegalArgumentException("must be names of 1 to 256 characters");
    }
    return text;
  }

  private static VirtualKey.State state(String text) {
    return switch (text) {
      case "active" -> VirtualKey.State.ACTIVE;
      case "disabled" -> VirtualKey.State.DISABLED;
      case "revoked" -> VirtualKey.State.REVOKED;
      default -> throw Problem.invalid("status", "status must be active, disabled or revoked.");
    };
  }

  private static KeyId id(Call call) {
    return call.id(KeyId::parse, "key");
  }

  private static VirtualKey found(Optional<VirtualKey> key) {
    return key.orElseThrow(() -> Problem.notFound("key"));
  }

  private ObjectNode json(VirtualKey key) {
    KeyPolicy policy = key.policy();
    ObjectNode node = Json.object();
    node.put("id", key.id().toString());
    node.put("name", key.name());
    node.put("project", key.project().toString());
    node.put("business_unit", key.businessUnit().toString());
    node.put("owner", Json.id(key.owner()));
    node.put("status", key.state().name().toLowerCase(Locale.ROOT));
    node.put("hint", key.hint());
    node.put("expires_at", Json.time(key.expiresAt()));
    node.put("created_at", key.createdAt().toString());
    node.put("last_used_at", Json.time(key.lastUsedAt()));
    node.set("models", Json.strings(policy.models()));
    node.set(
        "endpoints",
        Json.strings(
            policy.endpoints() == null
                ? null
                : policy.endpoints().stream().map(Endpoint::wire).sorted().toList()));
    node.set("ip_allow", Json.strings(addresses(policy)));
    node.put("capture", policy.capture() == null ? null : policy.capture().wire());
    node.put("retention_days", policy.retention() == null ? null : policy.retention().days());
    ObjectNode metadata = node.putObject("metadata");
    key.metadata().forEach(metadata::put);
    node.set("tags", Json.strings(key.tags()));
    node.set("budget", budgetOf(key).<JsonNode>map(BudgetForm::json).orElse(null));
    return node;
  }

  private static @Nullable List<String> addresses(KeyPolicy policy) {
    return policy.ipAllow() == null
        ? null
        : policy.ipAllow().stream().map(AddressRange::toString).toList();
  }
}
