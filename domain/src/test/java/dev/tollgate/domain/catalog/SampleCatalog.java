package dev.tollgate.domain.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tollgate.domain.ids.ModelId;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.domain.pricing.Seller;
import dev.tollgate.domain.secrets.SealedCredential;
import java.net.URI;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// Providers, models and prices for tests.
public final class SampleCatalog {
  private SampleCatalog() {}

  public static Provider aProvider(TenantId tenant, String name) {
    return new Provider(
        new ProviderId(SampleIds.anId()),
        tenant,
        name,
        ProviderKind.OPENAI,
        URI.create("https://api.example.com/v1"),
        false,
        Provider.Options.NONE,
        now());
  }

  /// A credential that no vault can open.
  public static SealedCredential aCredential(String hint) {
    return new SealedCredential(
        "local-1", new byte[] {1, 0, -1}, new byte[12], hint.getBytes(UTF_8), hint);
  }

  public static Model aModel(TenantId tenant, String name, Deployment... deployments) {
    return new Model(new ModelId(SampleIds.anId()), tenant, name, List.of(deployments), now());
  }

  public static Deployment aDeployment(Provider provider) {
    return new Deployment(provider.id(), "gpt-6-sol-2026", null, 0, 1, null);
  }

  /// One micro-dollar-per-million price for input, twice that for output.
  public static Price aPrice(String seller, String model, Instant from, long micros) {
    return new Price(
        new PriceId(SampleIds.anId()),
        Seller.parse(seller),
        model,
        from,
        List.of(
            new Rate(Component.INPUT, Rate.Unit.MTOK, Rate.Conditions.ALWAYS, micros),
            new Rate(Component.OUTPUT, Rate.Unit.MTOK, Rate.Conditions.ALWAYS, 2 * micros)),
        0);
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MICROS);
  }
}
