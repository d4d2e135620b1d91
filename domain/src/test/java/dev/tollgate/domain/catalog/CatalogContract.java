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
import java.util.List;
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

  private Catalog.Change<Provider> changeCredential(Provider provider, SealedCredential next) {
    return catalog().updateProvider(provider.tenant(), provider.id(), now -> now, next);
  }

  @Test
  void aCredentialCanBeChanged() {
    Provider provider = aProvider(foundTenant(), "mock");
    catalog().addProvider(provider, aCredential("aaaa"));
    SealedCredential next = aCredential("bbbb");

    assertThat(changeCredential(provider, next))
        .isEqualTo(new Catalog.Change.Changed<>(provider.withNextCredential()));

    assertThat(catalog().providers(provider.tenant()))
        .containsExactly(provider.withNextCredential());
    assertThat(catalog().credential(provider.tenant(), provider.id()).orElseThrow())
        .usingRecursiveComparison()
        .isEqualTo(next);
  }

  @Test
  void aProviderWithoutACredentialCanBeGivenOne() {
    Provider provider = add(foundTenant(), "mock");

    assertThat(changeCredential(provider, aCredential("aaaa")))
        .isInstanceOf(Catalog.Change.Changed.class);

    assertThat(catalog().credential(provider.tenant(), provider.id())).isPresent();
  }

  @Test
  void theCredentialOfAnotherTenantCannotBeChanged() {
    Provider provider = aProvider(foundTenant(), "mock");
    catalog().addProvider(provider, aCredential("aaaa"));

    assertThat(catalog().updateProvider(foundTenant(), provider.id(), now -> now, aCredential("b")))
        .isInstanceOf(Catalog.Change.Missing.class);

    assertThat(catalog().credential(provider.tenant(), provider.id()).orElseThrow().hint())
        .isEqualTo("aaaa");
  }

  @Test
  void aProviderCanBeChangedAndKeepsItsCredential() {
    Provider provider = aProvider(foundTenant(), "mock");
    catalog().addProvider(provider, aCredential("aaaa"));
    Provider changed =
        provider.changed("renamed", URI.create("https://b.example/v1"), true, provider.options());
    assertThat(catalog().updateProvider(provider.tenant(), provider.id(), _ -> changed, null))
        .isEqualTo(new Catalog.Change.Changed<>(changed));
    assertThat(catalog().findProvider(provider.tenant(), provider.id())).contains(changed);
    assertThat(catalog().credential(provider.tenant(), provider.id()).orElseThrow().hint())
        .isEqualTo("aaaa");
  }

  @Test
  void aProviderIsNotGivenTheNameOfAnother() {
    Provider first = add(foundTenant(), "first");
    Provider second = add(first.tenant(), "second");
    assertThat(
            catalog()
                .updateProvider(
                    first.tenant(),
                    second.id(),
                    now -> now.changed("first", now.baseUrl(), false, now.options()),
                    null))
        .isInstanceOf(Catalog.Change.NameTaken.class);
    assertThat(catalog().findProvider(first.tenant(), second.id())).contains(second);
  }

  @Test
  void aProviderThatModelsNameStays() {
    Provider provider = add(foundTenant(), "mock");
    Model model = aModel(provider.tenant(), "gpt-x", aDeployment(provider));
    catalog().addModel(model);
    assertThat(catalog().removeProvider(provider.tenant(), provider.id()))
        .isEqualTo(Catalog.Removal.IN_USE);
    assertThat(catalog().removeModel(provider.tenant(), model.id())).isTrue();
    assertThat(catalog().removeModel(provider.tenant(), model.id())).isFalse();
    assertThat(catalog().removeProvider(foundTenant(), provider.id()))
        .isEqualTo(Catalog.Removal.MISSING);
    assertThat(catalog().removeProvider(provider.tenant(), provider.id()))
        .isEqualTo(Catalog.Removal.REMOVED);
    assertThat(catalog().providers(provider.tenant())).isEmpty();
  }

  @Test
  void aModelCanBeChanged() {
    Provider provider = add(foundTenant(), "mock");
    Model model = aModel(provider.tenant(), "gpt-x", aDeployment(provider));
    catalog().addModel(model);
    Model changed =
        new Model(
            model.id(),
            model.tenant(),
            "gpt-y",
            List.of(new Deployment(provider.id(), "up", null, 1, 2, null, true)),
            model.createdAt());
    assertThat(catalog().updateModel(model.tenant(), model.id(), _ -> changed))
        .isEqualTo(new Catalog.Change.Changed<>(changed));
    assertThat(catalog().findModel(model.tenant(), model.id())).contains(changed);
    Model other = aModel(provider.tenant(), "gpt-x", aDeployment(provider));
    catalog().addModel(other);
    assertThat(catalog().updateModel(model.tenant(), other.id(), _ -> changed))
        .isInstanceOf(Catalog.Change.NameTaken.class);
    assertThat(catalog().updateModel(foundTenant(), model.id(), _ -> changed))
        .isInstanceOf(Catalog.Change.Missing.class);
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
