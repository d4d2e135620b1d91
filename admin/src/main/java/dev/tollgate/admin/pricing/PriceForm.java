package dev.tollgate.admin.pricing;

import dev.tollgate.admin.Wire;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.v1.PriceComponentSettings;
import dev.tollgate.proto.v1.PriceConditions;
import dev.tollgate.proto.v1.SetPriceRequest;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Prices as they are sent: in a short form with four components, or as a list of components with
/// conditions.
final class PriceForm {
  private static final long HIGHEST = 1_000_000_000_000L;

  private PriceForm() {}

  static List<Rate> rates(SetPriceRequest form) {
    List<Rate> rates = new ArrayList<>();
    add(rates, form.hasInput(), Component.INPUT, form.getInput());
    add(rates, form.hasCachedInput(), Component.CACHED_INPUT, form.getCachedInput());
    add(rates, form.hasCacheWrite(), Component.CACHE_WRITE, form.getCacheWrite());
    add(rates, form.hasOutput(), Component.OUTPUT, form.getOutput());
    if (form.getComponentsCount() == 0) {
      return rates;
    }
    if (!rates.isEmpty()) {
      String field = rates.getFirst().component().wire();
      throw new InvalidRequest(field, field + " and components exclude each other.");
    }
    return rates(form.getComponentsList());
  }

  private static void add(List<Rate> rates, boolean set, Component component, String price) {
    if (set) {
      long micros = Wire.parsed(component.wire(), price, PriceForm::micros);
      rates.add(new Rate(component, Rate.Unit.MTOK, Rate.Conditions.ALWAYS, micros));
    }
  }

  static List<Rate> rates(List<PriceComponentSettings> forms) {
    List<Rate> rates = new ArrayList<>();
    for (PriceComponentSettings form : forms) {
      rates.add(rate("components[" + rates.size() + "].", form));
    }
    return rates;
  }

  private static Rate rate(String path, PriceComponentSettings form) {
    Component component = Wire.parsed(path + "component", form.getComponent(), Component::parse);
    Rate.Unit unit = form.hasUnit() ? PriceMethods.UNIT.domain(form.getUnit()) : Rate.Unit.MTOK;
    if (unit != Rate.Unit.MTOK && unit != component.unit()) {
      throw new InvalidRequest(
          path + "unit",
          "%s is counted in %s."
              .formatted(component.wire(), component.unit().name().toLowerCase(Locale.ROOT)));
    }
    PriceConditions when = form.getWhen();
    return new Rate(
        component,
        unit,
        new Rate.Conditions(
            when.getMinInputTokens(),
            when.hasServiceTier() ? when.getServiceTier() : null,
            when.hasRegion() ? when.getRegion() : null),
        Wire.parsed(path + "price", form.getPrice(), PriceForm::micros));
  }

  private static long micros(String dollars) {
    return scaled(dollars, 6, "a price in dollars with at most 6 decimals");
  }

  static int basisPoints(String percent) {
    return Math.toIntExact(
        Wire.parsed(
            "discount_percent",
            percent,
            text -> scaled(text, 2, "a percentage with at most 2 decimals")));
  }

  private static long scaled(String text, int decimals, String what) {
    try {
      if (!text.matches("[0-9]{1,10}(\\.[0-9]{1,18})?")) {
        throw new NumberFormatException(what);
      }
      long value = new BigDecimal(text).movePointRight(decimals).longValueExact();
      if (value >= 0 && value <= HIGHEST) {
        return value;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // Said below, like a number that is out of range.
    }
    throw new IllegalArgumentException("must be " + what);
  }

  static String decimal(long value, int decimals) {
    BigDecimal number = BigDecimal.valueOf(value, decimals).stripTrailingZeros();
    return number.scale() < 0 ? number.setScale(0).toPlainString() : number.toPlainString();
  }
}
