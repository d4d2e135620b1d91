package dev.tollgate.bootstrap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.application.catalog.AddModel;
import dev.tollgate.application.catalog.AddProvider;
import dev.tollgate.application.catalog.DeploymentTerms;
import dev.tollgate.application.pricing.SetPrice;
import dev.tollgate.bootstrap.wiring.Management;
import dev.tollgate.bootstrap.wiring.Stores;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.catalog.ModelFacts;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.Ids;
import dev.tollgate.domain.ids.ModelFactsId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Rate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the platform starts with: list prices of known models, and what is known of them. For `dev`
/// the tenant gets the simulated provider. Adds what is missing and changes nothing that is there.
///
/// An earlier version put prices and facts into the tenant itself, where they count before those of
/// the platform. So what is new goes there too, for each model that it was put there for.
final class Seed {
  private static final List<String> SIMULATED =
      List.of(
          "sim-small",
          "sim-large",
          "sim-embed",
          "sim-429",
          "sim-stall",
          "sim-reset",
          "sim-billing-stop");

  private final Management management;
  private final Stores stores;
  private final Actor platform;
  private final Actor actor;
  private final Ids ids;

  /// @param platform the gateway itself, in the platform's tenant
  /// @param actor the gateway itself, in the tenant that is seeded
  Seed(Management management, Actor platform, Actor actor, Ids ids) {
    this.management = management;
    this.stores = management.stores();
    this.platform = platform;
    this.actor = actor;
    this.ids = ids;
  }

  void prices() {
    List<SetPrice.Command> seeds = new ArrayList<>();
    for (JsonNode each : resource("/seed/prices.json")) {
      seeds.add(
          new SetPrice.Command(
              each.path("provider").asText(),
              each.path("model").asText(),
              Instant.parse(each.path("effective_from").asText()),
              rates(each.path("components")),
              0));
    }
    add(platform, seeds);
    Set<String> before = new HashSet<>();
    for (Price price : stores.prices().all(actor.tenant())) {
      if (seeds.contains(asked(price))) {
        before.add(price.seller().wire() + ' ' + price.model());
      }
    }
    seeds.removeIf(each -> !before.contains(each.provider() + ' ' + each.model()));
    add(actor, seeds);
  }

  private static SetPrice.Command asked(Price price) {
    return new SetPrice.Command(
        price.seller().wire(),
        price.model(),
        price.effectiveFrom(),
        price.rates(),
        price.discountBasisPoints());
  }

  private void add(Actor owner, List<SetPrice.Command> seeds) {
    Set<String> known = new HashSet<>();
    for (Price price : stores.prices().all(owner.tenant())) {
      known.add(price.seller().wire() + ' ' + price.model() + ' ' + price.effectiveFrom());
    }
    for (SetPrice.Command each : seeds) {
      if (!known.contains(each.provider() + ' ' + each.model() + ' ' + each.effectiveFrom())) {
        done(management.setPrice().run(owner, each, new Trail()));
      }
    }
  }

  void modelFacts() {
    List<ModelFacts> seeds = new ArrayList<>();
    for (JsonNode each : resource("/seed/model-facts.json")) {
      seeds.add(
          new ModelFacts(
              new ModelFactsId(ids.next()),
              each.path("model").asText(),
              Instant.parse(each.path("effective_from").asText()),
              each.path("window").asLong(),
              each.path("output_cap").asLong(),
              each.path("image_tokens").asLong(),
              each.path("audio_tokens").asLong(),
              each.path("document_tokens").asLong(),
              each.path("hidden_tokens").asLong(),
              text(each, "cap_parameter"),
              each.path("top_speed").asLong()));
    }
    addFacts(platform, seeds);
    List<ModelFacts> own = stores.facts().all(actor.tenant());
    Set<String> before = new HashSet<>();
    for (ModelFacts seed : seeds) {
      if (own.stream().anyMatch(each -> each.as(seed.id()).equals(seed))) {
        before.add(seed.model());
      }
    }
    seeds.removeIf(each -> !before.contains(each.model()));
    addFacts(actor, seeds);
  }

  private void addFacts(Actor owner, List<ModelFacts> seeds) {
    Set<String> known = new HashSet<>();
    stores
        .facts()
        .all(owner.tenant())
        .forEach(each -> known.add(each.model() + ' ' + each.effectiveFrom()));
    for (ModelFacts each : seeds) {
      if (!known.contains(each.model() + ' ' + each.effectiveFrom())) {
        stores.facts().put(owner.tenant(), each.as(new ModelFactsId(ids.next())));
      }
    }
  }

  void simulatedProvider() {
    ProviderId provider =
        stores.catalog().providers(actor.tenant()).stream()
            .filter(each -> each.kind() == ProviderKind.SIMULATED)
            .findFirst()
            .map(Provider::id)
            .orElseGet(() -> addSimulated());
    Set<String> known = new HashSet<>();
    stores.catalog().models(actor.tenant()).forEach(model -> known.add(model.name()));
    for (String name : SIMULATED) {
      if (!known.contains(name)) {
        DeploymentTerms deployment =
            new DeploymentTerms(provider.toString(), name, null, 0, 1, null, false);
        AddModel.Command model = new AddModel.Command(name, List.of(deployment));
        done(management.addModel().run(actor, model, new Trail()));
      }
    }
  }

  private ProviderId addSimulated() {
    AddProvider.Command provider =
        new AddProvider.Command(
            "simulated", ProviderKind.SIMULATED, null, false, Provider.Options.NONE, null);
    return done(management.addProvider().run(actor, provider, new Trail())).provider().id();
  }

  private static <T> T done(Result<T> result) {
    if (result instanceof Result.Done<T>(T value)) {
      return value;
    }
    throw new IllegalStateException("the seed was refused: " + result);
  }

  private static List<Rate> rates(JsonNode components) {
    List<Rate> rates = new ArrayList<>();
    for (JsonNode each : components) {
      JsonNode when = each.path("when");
      rates.add(
          new Rate(
              Component.parse(each.path("component").asText()),
              Rate.Unit.valueOf(each.path("unit").asText("mtok").toUpperCase(Locale.ROOT)),
              new Rate.Conditions(
                  when.path("min_input_tokens").asLong(0),
                  text(when, "service_tier"),
                  text(when, "region")),
              new BigDecimal(each.path("price").asText()).movePointRight(6).longValueExact()));
    }
    return rates;
  }

  private static @Nullable String text(JsonNode node, String name) {
    return node.hasNonNull(name) ? node.get(name).asText() : null;
  }

  private static JsonNode resource(String name) {
    try (InputStream in = Seed.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its resource " + name);
      }
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
