package dev.tollgate.domain.catalog;

import static dev.tollgate.domain.catalog.SampleCatalog.aCredential;
import static dev.tollgate.domain.catalog.SampleCatalog.aDeployment;
import static dev.tollgate.domain.catalog.SampleCatalog.aModel;
import static dev.tollgate.domain.catalog.SampleCatalog.aProvider;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.secrets.SealedCredential;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// What every store of providers and models promises.
public abstract class CatalogContract {
  private static final Timeouts TIMEOUTS =
      new Timeouts(
          Duration.ofMillis(1_500),
          Duration.ofSeconds(2),
          Duration.ofSeconds(3),
          Duration.ofSeconds(4),
          Duration.ofHours(1),
          Duration.ofSeconds(7));

  protected abstract Catalog catalog();

  /// A new tenant with the root of its business units.
  protected abstract TenantId foundTenant();

  private Provider add(TenantId tenant, String name) {
    Provider provider = aProvider(tenant, name);
    assertThat(catalog().addProvider(provider, null)).isTrue();
    return provider;
  }

  @Test
  void findsAPlainProviderAsItWasAdded() {
    Provider provider = add(foundTenant(), "mock");
    assertThat(catalog().findProvider(provider.tenant(), provider.id())).contains(provider);
    assertThat(catalog().providers(provider.tenant())).containsExactly(provider);
    assertThat(catalog().credential(provider.tenant(), provider.id())).isEmpty();
  }

  @Test
  void findsAFullProviderAsItWasAdded() {
    var options =
        new Provider.Options(
            "org-1",
            "proj \"x\"",
            URI.create("http://proxy.example:3128"),
            "-----BEGIN CERTIFICATE-----\nMII\n",
            "eu",
            true,
            TIMEOUTS);
    Provider provider =
        new Provider(
            new ProviderId(SampleIds.anId()),
            foundTenant(),
            "Anthropic (EU) é",
            ProviderKind.ANTHROPIC,
            URI.create("http://10.0.0.1:9901/v1"),
            true,
            options,
            Instant.parse("2026-11-24T10:00:00.123456Z"));
    catalog().addProvider(provider, null);
    assertThat(catalog().findProvider(provider.tenant(), provider.id())).contains(provider);
  }

  @Test
  void aSimulatedProviderNeedsNoUrl() {
    Provider provider =
        new Provider(
            new ProviderId(SampleIds.anId()),
            foundTenant(),
            "simulated",
            ProviderKind.SIMULATED,
            null,
            false,
            Provider.Options.NONE,
            Instant.EPOCH);
    catalog().addProvider(provider, null);
    assertThat(catalog().providers(provider.tenant())).containsExactly(provider);
  }

  @Test
  void keepsASealedCredential() {
    Provider provider = aProvider(foundTenant(), "mock");
    SealedCredential credential = aCredential("wxyz");
    assertThat(catalog().addProvider(provider, credential)).isTrue();
    assertThat(catalog().credential(provider.tenant(), provider.id()).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(credential);
  }

  @Test
  void aCredentialCanBeChanged() {
    Provider provider = aProvider(foundTenant(), "mock");
    catalog().addProvider(provider, aCredential("aaaa"));
    SealedCredential next = aCredential("bbbb");

    Provider changed = catalog().changeCredential(provider, next).orElseThrow();

    assertThat(changed).isEqualTo(provider.withNextCredential());
    assertThat(catalog().providers(provider.tenant())).containsExactly(changed);
    assertThat(catalog().credential(provider.tenant(), provider.id()).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(next);
  }

  @Test
  void aProviderWithoutACredentialCanBeGivenOne() {
    Provider provider = add(foundTenant(), "mock");

    assertThat(catalog().changeCredential(provider, aCredential("aaaa"))).isPresent();

    assertThat(catalog().credential(provider.tenant(), provider.id())).isPresent();
  }

  @Test
  void theCredentialOfAnotherTenantCannotBeChanged() {
    Provider provider = aProvider(foundTenant(), "mock");
    catalog().addProvider(provider, aCredential("aaaa"));
    Provider forged =
        new Provider(
            provider.id(),
            foundTenant(),
            provider.name(),
            provider.kind(),
            provider.baseUrl(),
            provider.allowPrivateNetwork(),
            provider.options(),
            provider.createdAt());

    assertThat(catalog().changeCredential(forged, aCredential("bbbb"))).isEmpty();

    assertThat(catalog().credential(provider.tenant(), provider.id()).orElseThrow().hint())
        .isEqualTo("aaaa");
  }

  @Test
  void aNameThatIsTakenKeepsTheFirstProviderAndItsCredential() {
    Provider first = aProvider(foundTenant(), "mock");
    catalog().addProvider(first, aCredential("aaaa"));
    Provider second = aProvider(first.tenant(), "mock");
    assertThat(catalog().addProvider(second, aCredential("bbbb"))).isFalse();
    assertThat(catalog().providers(first.tenant())).containsExactly(first);
    assertThat(catalog().credential(first.tenant(), first.id()).orElseThrow().hint())
        .isEqualTo("aaaa");
    assertThat(catalog().credential(first.tenant(), second.id())).isEmpty();
  }

  @Test
  void hidesWhatBelongsToOtherTenants() {
    Provider provider = aProvider(foundTenant(), "mock");
    catalog().addProvider(provider, aCredential("aaaa"));
    catalog().addModel(aModel(provider.tenant(), "gpt-x", aDeployment(provider)));
    TenantId other = foundTenant();
    assertThat(catalog().providers(other)).isEmpty();
    assertThat(catalog().findProvider(other, provider.id())).isEmpty();
    assertThat(catalog().credential(other, provider.id())).isEmpty();
    assertThat(catalog().models(other)).isEmpty();
  }

  @Test
  void tenantsMayUseTheSameNames() {
    for (int i = 0; i < 2; i++) {
      Provider provider = add(foundTenant(), "mock");
      assertThat(catalog().addModel(aModel(provider.tenant(), "gpt-x", aDeployment(provider))))
          .isTrue();
    }
  }

  @Test
  void listsAllProvidersOfATenant() {
    TenantId tenant = foundTenant();
    Provider first = add(tenant, "a");
    Provider second = add(tenant, "b");
    assertThat(catalog().providers(tenant)).containsExactlyInAnyOrder(first, second);
  }

  @Test
  void findsModelsAsTheyWereAdded() {
    Provider provider = add(foundTenant(), "mock");
    Deployment full = new Deployment(provider.id(), "up \"x\"", "gpt-x", 2, 1_000, TIMEOUTS);
    Model one = aModel(provider.tenant(), "gpt-x", aDeployment(provider));
    Model two = aModel(provider.tenant(), "org/gpt-x:free", full, aDeployment(provider));
    assertThat(catalog().addModel(one)).isTrue();
    assertThat(catalog().addModel(two)).isTrue();
    assertThat(catalog().models(provider.tenant())).containsExactlyInAnyOrder(one, two);
  }

  @Test
  void aModelNameThatIsTakenKeepsTheFirst() {
    Provider provider = add(foundTenant(), "mock");
    Model first = aModel(provider.tenant(), "gpt-x", aDeployment(provider));
    catalog().addModel(first);
    assertThat(catalog().addModel(aModel(provider.tenant(), "gpt-x", aDeployment(provider))))
        .isFalse();
    assertThat(catalog().models(provider.tenant())).containsExactly(first);
  }
}
