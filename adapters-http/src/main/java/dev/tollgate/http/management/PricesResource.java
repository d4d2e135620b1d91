package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.application.pricing.SetPrice;
import dev.tollgate.domain.catalog.Catalog;
import dev.tollgate.domain.catalog.Provider;
import dev.tollgate.domain.catalog.ProviderKind;
import dev.tollgate.domain.ids.TenantId;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Price;
import dev.tollgate.domain.pricing.Prices;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `/api/v1/prices`. A price is given in dollars per million tokens, in a short form with four
/// components or as a list of components with conditions.
public final class PricesResource implements HttpService {
  private static final List<Component> SHORT_FORM =
      List.of(Component.INPUT, Component.CACHED_INPUT, Component.CACHE_WRITE, Component.OUTPUT);

  private final Api api;
  private final Prices prices;
  private final Catalog catalog;
  private final SetPrice setPrice;

  public PricesResource(Api api, Prices prices, Catalog catalog, SetPrice setPrice) {
    this.api = api;
    this.prices = prices;
    this.catalog = catalog;
    this.setPrice = setPrice;
  }

  @Override
  public void routing(HttpRules rules) {
    rules.get("/", api.handler(this::list)).put("/", api.handler(this::put));
  }

  private Answer list(Call call) {
    String model = call.query("model");
    List<Price> asked =
        prices.all(call.tenant()).stream()
            .filter(price -> model == null || model.equals(price.model()))
            .toList();
    return Answer.ok(Cursors.whole(asked, price -> json(price, call.tenant())));
  }

  private Answer put(Call call) {
    Fields fields = call.fields();
    String seller = seller(call.tenant(), fields.text("provider"));
    String model = fields.text("model");
    Instant from = fields.parsed("effective_from", Fields::time);
    List<Rate> rates = new ArrayList<>();
    if (fields.has("components")) {
      for (Fields each : fields.objects("components")) {
        rates.add(rate(each));
      }
    } else {
      for (Component component : SHORT_FORM) {
        if (!fields.isNull(component.wire())) {
          rates.add(
              new Rate(
                  component,
                  Rate.Unit.MTOK,
                  Rate.Conditions.ALWAYS,
                  fields.parsed(component.wire(), PricesResource::micros)));
        }
      }
    }
    int discount =
        fields.isNull("discount_percent")
            ? 0
            : fields.parsed("discount_percent", PricesResource::basisPoints);
    fields.done();
    return Answer.ok(
        json(setPrice.set(call.tenant(), seller, model, from, rates, discount), call.tenant()));
  }

  private static Rate rate(Fields fields) {
    Fields when = fields.object("when");
    Rate.Conditions conditions =
        new Rate.Conditions(
            when.longNumber("min_input_tokens", 0),
            when.textOrNull("service_tier"),
            when.textOrNull("region"));
    when.done();
    if (conditions.minInputTokens() < 0) {
      throw Problem.invalid("when.min_input_tokens", "min_input_tokens must not be negative.");
    }
    Component component = fields.parsed("component", Component::parse);
    Rate.Unit unit =
        fields.isNull("unit") ? Rate.Unit.MTOK : fields.parsed("unit", PricesResource::unit);
    if (unit != Rate.Unit.MTOK && unit != component.unit()) {
      throw Problem.invalid(
          "unit",
          "%s is counted in %s."
              .formatted(component.wire(), component.unit().name().toLowerCase(Locale.ROOT)));
    }
    Rate rate =
        new Rate(component, unit, conditions, fields.parsed("price", PricesResource::micros));
    fields.done();
    return rate;
  }

  /// A provider of the tenant by its name, or a kind of provider.
  private String seller(TenantId tenant, String name) {
    for (Provider provider : catalog.providers(tenant)) {
      if (provider.name().equals(name)) {
        return provider.id().toString();
      }
    }
    try {
      return ProviderKind.parse(name).wire();
    } catch (IllegalArgumentException e) {
      throw Problem.invalid(
          "provider", "There is no provider and no kind of provider named '" + name + "'.");
    }
  }

  private static long micros(String dollars) {
    return scaled(dollars, 6, "a price in dollars with at most 6 decimals");
  }

  private static int basisPoints(String percent) {
    return Math.toIntExact(scaled(percent, 2, "a percentage with at most 2 decimals"));
  }

  private static long scaled(String text, int decimals, String what) {
    try {
      if (!text.matches("[0-9]{1,10}(\\.[0-9]{1,18})?")) {
        throw new NumberFormatException(what);
      }
      long value = new BigDecimal(text).movePointRight(decimals).longValueExact();
      if (value >= 0 && value <= 1_000_000_000_000L) {
        return value;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Said below, like a number that is out of range.
    }
    throw new IllegalArgumentException("must be " + what);
  }

  private static Rate.Unit unit(String text) {
    return switch (text) {
      case "mtok" -> Rate.Unit.MTOK;
      case "call" -> Rate.Unit.CALL;
      case "second" -> Rate.Unit.SECOND;
      default -> throw new IllegalArgumentException("must be mtok, call or second");
    };
  }

  private ObjectNode json(Price price, TenantId tenant) {
    ObjectNode node = Json.object();
    node.put("id", price.id().toString());
    String provider =
        catalog.providers(tenant).stream()
            .filter(each -> each.id().toString().equals(price.seller()))
            .map(Provider::name)
            .findFirst()
            .orElse(price.seller());
    node.put("provider", provider);
    node.put("model", price.model());
    node.put("effective_from", price.effectiveFrom().toString());
    ArrayNode components = node.putArray("components");
    for (Rate rate : price.rates()) {
      ObjectNode each = components.addObject();
      each.put("component", rate.component().wire());
      each.put("unit", rate.unit().name().toLowerCase(Locale.ROOT));
      ObjectNode when = each.putObject("when");
      if (rate.when().minInputTokens() > 0) {
        when.put("min_input_tokens", rate.when().minInputTokens());
      }
      if (rate.when().serviceTier() != null) {
        when.put("service_tier", rate.when().serviceTier());
      }
      if (rate.when().region() != null) {
        when.put("region", rate.when().region());
      }
      each.put("price", decimal(rate.microsPerUnit(), 6));
    }
    node.put("discount_percent", decimal(price.discountBasisPoints(), 2));
    return node;
  }

  private static String decimal(long value, int decimals) {
    BigDecimal number = BigDecimal.valueOf(value, decimals).stripTrailingZeros();
    return number.scale() < 0 ? number.setScale(0).toPlainString() : number.toPlainString();
  }
}
