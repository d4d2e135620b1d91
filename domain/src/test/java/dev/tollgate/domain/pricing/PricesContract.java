package dev.tollgate.domain.pricing;

import static dev.tollgate.domain.catalog.SampleCatalog.aPrice;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.ids.ProviderId;
import dev.tollgate.domain.ids.SampleIds;
import dev.tollgate.domain.ids.TenantId;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What every store of prices promises.
public abstract class PricesContract {
  private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant MARCH = Instant.parse("2026-03-01T00:00:00.000001Z");

  protected abstract Prices prices();

  /// A new tenant with the root of its business units.
  protected abstract TenantId foundTenant();

  @Test
  void findsAPriceAsItWasPut() {
    TenantId tenant = foundTenant();
    Price price =
        new Price(
            new PriceId(SampleIds.anId()),
            new Seller.OfProvider(new ProviderId(SampleIds.anId())),
            "*",
            MARCH,
            List.of(
                new Rate(Component.INPUT, Rate.Unit.MTOK, Rate.Conditions.ALWAYS, 2_500_000),
                new Rate(
                    Component.INPUT,
                    Rate.Unit.MTOK,
                    new Rate.Conditions(272_001, "flex", "eu"),
                    Long.MAX_VALUE),
                new Rate(Component.WEB_SEARCH, Rate.Unit.CALL, Rate.Conditions.ALWAYS, 10_000),
                new Rate(Component.AUDIO_SECONDS, Rate.Unit.SECOND, Rate.Conditions.ALWAYS, 0)),
            1_250);
    prices().put(tenant, price);
    assertThat(prices().all(tenant)).containsExactly(price);
  }

  @Test
  void aPriceOfTheSameDateReplacesTheEarlierOne() {
    TenantId tenant = foundTenant();
    prices().put(tenant, aPrice("openai", "gpt-x", JANUARY, 1_000));
    Price corrected = aPrice("openai", "gpt-x", JANUARY, 2_000);
    prices().put(tenant, corrected);
    assertThat(prices().all(tenant)).containsExactly(corrected);
  }

  @Test
  void listsNewestFirstWithinASellerAndModel() {
    TenantId tenant = foundTenant();
    Price january = aPrice("openai", "gpt-x", JANUARY, 1_000);
    Price march = aPrice("openai", "gpt-x", MARCH, 2_000);
    Price other = aPrice("openai", "gpt-y", JANUARY, 3_000);
    Price own = aPrice(new ProviderId(SampleIds.anId()).toString(), "gpt-x", JANUARY, 4_000);
    List.of(january, own, march, other).forEach(price -> prices().put(tenant, price));
    assertThat(prices().all(tenant))
        .containsExactlyInAnyOrder(january, march, other, own)
        .containsSubsequence(march, january);
  }

  @Test
  void hidesPricesOfOtherTenants() {
    TenantId tenant = foundTenant();
    Price price = aPrice("openai", "gpt-x", JANUARY, 1_000);
    prices().put(tenant, price);
    TenantId other = foundTenant();
    assertThat(prices().all(other)).isEmpty();
    prices().put(other, aPrice("openai", "gpt-x", JANUARY, 5));
    assertThat(prices().all(tenant)).containsExactly(price);
  }

  @Test
  void aPriceThatBeginsLaterCanBeChangedAndRemoved() {
    TenantId tenant = foundTenant();
    Instant later = Instant.parse("2126-01-01T00:00:00Z");
    Price future = aPrice("openai", "gpt-x", later, 1_000);
    prices().put(tenant, future);
    assertThat(prices().find(tenant, future.id())).contains(future);
    Price changed =
        new Price(
            future.id(),
            future.seller(),
            future.model(),
            later.plusSeconds(60),
            aPrice("openai", "gpt-x", later, 2_000).rates(),
            5);
    assertThat(prices().change(tenant, changed)).isEqualTo(Prices.Change.DONE);
    assertThat(prices().all(tenant)).containsExactly(changed);
    Price other = aPrice("openai", "gpt-x", later, 3_000);
    prices().put(tenant, other);
    Price onto =
        new Price(changed.id(), changed.seller(), changed.model(), later, changed.rates(), 0);
    assertThat(prices().change(tenant, onto)).isEqualTo(Prices.Change.DATE_TAKEN);
    assertThat(prices().remove(foundTenant(), changed.id())).isEqualTo(Prices.Change.MISSING);
    assertThat(prices().remove(tenant, changed.id())).isEqualTo(Prices.Change.DONE);
    assertThat(prices().remove(tenant, changed.id())).isEqualTo(Prices.Change.MISSING);
    assertThat(prices().all(tenant)).containsExactly(other);
  }

  @Test
  void aPriceInForceStaysAsItIs() {
    TenantId tenant = foundTenant();
    Price price = aPrice("openai", "gpt-x", JANUARY, 1_000);
    prices().put(tenant, price);
    assertThat(prices().remove(tenant, price.id())).isEqualTo(Prices.Change.IN_FORCE);
    assertThat(prices().change(tenant, price)).isEqualTo(Prices.Change.IN_FORCE);
    assertThat(prices().all(tenant)).containsExactly(price);
  }
}
