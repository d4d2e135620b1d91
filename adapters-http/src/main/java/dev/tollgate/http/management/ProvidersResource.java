package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.application.catalog.AddProvider;
import dev.tollgate.application.catalog.ChangeCredential;
import dev.tollgate.domain.catalog.CaBundle;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.catalog.ProviderProbe;
import dev.tollgate.domain.catalog.ProviderStates;
import dev.tollgate.domain.catalog.Timeouts;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.inference.Failure;
import dev.tollgate.domain.secrets.Secret;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// `/api/v1/providers`.
public final class ProvidersResource implements HttpService {
  private final Api api;
  private final Catalog catalog;
  private final AddProvider addProvider;
  private final ChangeCredential changeCredential;
  private final ProviderProbe probe;
  private final ProviderStates states;

  public ProvidersResource(
      Api api,
      Catalog catalog,
      AddProvider addProvider,
      ChangeCredential changeCredential,
      ProviderProbe probe,
      ProviderStates states) {
    this.changeCredential = changeCredential;
    this.states = states;
    this.api = api;
    this.catalog = catalog;
    this.addProvider = addProvider;
    this.probe = probe;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .get("/", api.handler(this::list))
        .post("/", api.handler(this::create))
        .get("/{id}", api.handler(call -> Answer.ok(json(find(call)))))
        .patch("/{id}", api.handler(this::change))
        .post("/{id}/test", api.handler(this::test));
  }

  private Answer list(Call call) {
    return Answer.ok(Cursors.whole(catalog.providers(call.tenant()), this::json));
  }

  private Answer create(Call call) {
    Fields fields = call.fields();
    Secret credential = credential(fields.textOrNull("credential"));
    AddProvider.Command command =
        new AddProvider.Command(
            call.tenant(),
            fields.text("name"),
            fields.parsed("kind", ProviderKind::parse),
            fields.urlOrNull("base_url"),
            fields.flag("allow_private_network", false),
            options(fields.object("options")),
            credential);
    fields.done();
    return addProvider
        .add(command)
        .map(provider -> Answer.created(json(provider)))
        .orElseThrow(
            () ->
                Problem.conflict(
                    "name_taken", "There is a provider named '" + command.name() + "'."));
  }

  /// What can stand in a header as it is; null for none.
  private static @Nullable Secret credential(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    if (!text.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw Problem.invalid(
          "credential",
          "credential must be visible ASCII characters. A blank or a line break was pasted along,"
              + " or another character.");
    }
    return Secret.of(text);
  }

  private Answer change(Call call) {
    Fields fields = call.fields();
    Secret credential = credential(fields.text("credential"));
    fields.done();
    if (credential == null) {
      throw Problem.invalid("credential", "credential must not be empty.");
    }
    ProviderId id = call.id(ProviderId::parse, "provider");
    return switch (changeCredential.change(call.tenant(), id, credential)) {
      case ChangeCredential.Outcome.Changed changed -> Answer.ok(json(changed.provider()));
      case ChangeCredential.Outcome.Missing _ -> throw Problem.notFound("provider");
      case ChangeCredential.Outcome.NotTaken not -> {
        Failure failure = not.failure();
        boolean refused =
            failure.kind() == Failure.Kind.AUTH || failure.kind() == Failure.Kind.BILLING_STOP;
        throw Problem.unprocessable(
            refused ? "credential_refused" : "provider_unreachable",
            refused
                ? "The provider refuses the new credential. The old one stays in use."
                : "The provider cannot be asked whether the new credential works, so the old one"
                    + " stays in use: "
                    + failure.message());
      }
    };
  }

  private Answer test(Call call) {
    ObjectNode node = Json.object();
    switch (probe.probe(find(call))) {
      case ProviderProbe.Result.Works works -> {
        node.put("ok", true);
        node.set("models", Json.strings(works.models()));
      }
      case ProviderProbe.Result.Fails fails -> {
        node.put("ok", false);
        node.put("error", fails.failure().kind().name().toLowerCase(Locale.ROOT));
        node.put("message", fails.failure().message());
        node.set("models", Json.strings(List.of()));
      }
    }
    return Answer.ok(node);
  }

  private Provider find(Call call) {
    ProviderId id = call.id(ProviderId::parse, "provider");
    return catalog.findProvider(call.tenant(), id).orElseThrow(() -> Problem.notFound("provider"));
  }

  private static Provider.Options options(Fields fields) {
    Timeouts timeouts = timeouts(fields.object("timeouts"), Timeouts.DEFAULT);
    Provider.Options options =
        new Provider.Options(
            fields.textOrNull("organization"),
            fields.textOrNull("project"),
            fields.urlOrNull("egress_proxy"),
            fields.parsedOrNull("ca_bundle", ProvidersResource::caBundle),
            fields.textOrNull("region"),
            fields.flag("tier_may_change", false),
            timeouts);
    fields.done();
    return options;
  }

  private static String caBundle(String pem) {
    CaBundle.certificates(pem);
    return pem;
  }

  static Timeouts timeouts(Fields fields, Timeouts usual) {
    Timeouts timeouts =
        new Timeouts(
            fields.duration("connect", usual.connect()),
            fields.duration("first_byte", usual.firstByte()),
            fields.duration("whole", usual.whole()),
            fields.duration("idle", usual.idle()),
            fields.duration("total", usual.total()),
            fields.duration("finish", usual.finish()));
    fields.done();
    return timeouts;
  }

  private ObjectNode json(Provider provider) {
    ObjectNode node = Json.object();
    node.put("id", provider.id().toString());
    node.put("name", provider.name());
    node.put("kind", provider.kind().wire());
    node.put("base_url", Json.id(provider.baseUrl()));
    node.put("allow_private_network", provider.allowPrivateNetwork());
    node.put("created_at", provider.createdAt().toString());
    ProviderStates.Trouble trouble = states.troubleOf(provider);
    ObjectNode state = node.putObject("state");
    state.put("status", trouble == null ? "ok" : trouble.kind().wire());
    state.put("since", trouble == null ? null : trouble.since().toString());
    Provider.Options options = provider.options();
    ObjectNode shown = node.putObject("options");
    shown.put("organization", options.organization());
    shown.put("project", options.project());
    shown.put("egress_proxy", Json.id(options.egressProxy()));
    shown.put("ca_bundle", options.caBundle());
    shown.put("region", options.region());
    shown.put("tier_may_change", options.tierMayChange());
    ObjectNode timeouts = shown.putObject("timeouts");
    timeouts.put("connect", options.timeouts().connect().toString());
    timeouts.put("first_byte", options.timeouts().firstByte().toString());
    timeouts.put("whole", options.timeouts().whole().toString());
    timeouts.put("idle", options.timeouts().idle().toString());
    timeouts.put("total", options.timeouts().total().toString());
    timeouts.put("finish", options.timeouts().finish().toString());
    return node;
  }
}
