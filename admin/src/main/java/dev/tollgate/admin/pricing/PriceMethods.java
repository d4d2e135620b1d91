package dev.tollgate.admin.pricing;

import com.google.protobuf.Empty;
import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.admin.Words;
import dev.tollgate.application.pricing.ChangePrice;
import dev.tollgate.application.pricing.ListPrices;
import dev.tollgate.application.pricing.PriceView;
import dev.tollgate.application.pricing.RemovePrice;
import dev.tollgate.application.pricing.RestatePrices;
import dev.tollgate.application.pricing.RestatePrices.Difference;
import dev.tollgate.application.pricing.SetPrice;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.PriceId;
import dev.tollgate.domain.jobs.Steps;
import dev.tollgate.domain.pricing.Rate;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.Patch;
import dev.tollgate.proto.v1.DeletePriceRequest;
import dev.tollgate.proto.v1.ListPricesRequest;
import dev.tollgate.proto.v1.ListPricesResponse;
import dev.tollgate.proto.v1.Price;
import dev.tollgate.proto.v1.PriceComponent;
import dev.tollgate.proto.v1.PriceConditions;
import dev.tollgate.proto.v1.PriceDifference;
import dev.tollgate.proto.v1.PriceServiceGrpc;
import dev.tollgate.proto.v1.PriceUnit;
import dev.tollgate.proto.v1.RestatePricesRequest;
import dev.tollgate.proto.v1.RestatePricesResponse;
import dev.tollgate.proto.v1.SetPriceRequest;
import dev.tollgate.proto.v1.UpdatePriceRequest;
import java.util.List;

/// `PriceService`.
public final class PriceMethods {
  static final Words<PriceUnit, Rate.Unit> UNIT = Words.between(PriceUnit.class, Rate.Unit.class);

  private final SetPrice setPrice;
  private final ListPrices listPrices;
  private final ChangePrice changePrice;
  private final RemovePrice removePrice;
  private final RestatePrices restatePrices;

  public PriceMethods(
      SetPrice setPrice,
      ListPrices listPrices,
      ChangePrice changePrice,
      RemovePrice removePrice,
      RestatePrices restatePrices) {
    this.setPrice = setPrice;
    this.listPrices = listPrices;
    this.changePrice = changePrice;
    this.removePrice = removePrice;
    this.restatePrices = restatePrices;
  }

  public void bind(Operations operations) {
    operations
        .change(PriceServiceGrpc.getSetPriceMethod(), this::set)
        .read(PriceServiceGrpc.getListPricesMethod(), this::list)
        .change(PriceServiceGrpc.getUpdatePriceMethod(), this::update)
        .change(PriceServiceGrpc.getDeletePriceMethod(), this::remove)
        .job(PriceServiceGrpc.getRestatePricesMethod(), this::restate)
        .shows(PriceView.class, PriceMethods::price);
  }

  private Result<Price> set(Actor actor, SetPriceRequest request, Trail trail) {
    SetPrice.Command command =
        new SetPrice.Command(
            request.getProvider(),
            request.getModel(),
            Wire.instant(request.getEffectiveFrom()),
            PriceForm.rates(request),
            request.hasDiscountPercent() ? PriceForm.basisPoints(request.getDiscountPercent()) : 0);
    return setPrice.run(actor, command, trail).map(PriceMethods::price);
  }

  private Result<ListPricesResponse> list(Actor actor, ListPricesRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return listPrices
        .run(actor, request.hasModel() ? request.getModel() : null, ask)
        .map(
            page -> {
              ListPricesResponse.Builder answer = ListPricesResponse.newBuilder();
              page.items().forEach(each -> answer.addData(price(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Result<Price> update(Actor actor, UpdatePriceRequest request, Trail trail) {
    List<Rate> rates =
        Patch.of(request).names("components") ? PriceForm.rates(request.getComponentsList()) : null;
    Integer discount =
        request.hasDiscountPercent() ? PriceForm.basisPoints(request.getDiscountPercent()) : null;
    return id(request.getId())
        .then(
            id ->
                changePrice.run(
                    actor,
                    new ChangePrice.Command(
                        id,
                        Wire.instantOrNull(request.hasEffectiveFrom(), request.getEffectiveFrom()),
                        rates,
                        discount),
                    trail))
        .map(PriceMethods::price);
  }

  private Result<Empty> remove(Actor actor, DeletePriceRequest request, Trail trail) {
    return id(request.getId())
        .then(id -> removePrice.run(actor, id, trail))
        .map(_ -> Empty.getDefaultInstance());
  }

  private Result<RestatePricesResponse> restate(
      Actor actor, RestatePricesRequest request, Steps steps) {
    boolean dryRun = !request.hasDryRun() || request.getDryRun();
    RestatePrices.Command command =
        new RestatePrices.Command(
            request.getProvider(),
            request.getModel(),
            Wire.instant(request.getFrom()),
            Wire.instantOrNull(request.hasTo(), request.getTo()),
            request.hasReason() ? request.getReason() : "price restated",
            dryRun);
    return restatePrices
        .run(actor, command, steps)
        .map(differences -> restated(dryRun, differences));
  }

  private static RestatePricesResponse restated(boolean dryRun, List<Difference> differences) {
    RestatePricesResponse.Builder answer = RestatePricesResponse.newBuilder().setDryRun(dryRun);
    long calls = 0;
    for (Difference each : differences) {
      calls += each.calls();
      answer.addData(
          PriceDifference.newBuilder()
              .setProject(each.project().toString())
              .setMonth(each.month().toString())
              .setCalls(each.calls())
              .setBefore(each.before().usd())
              .setAfter(each.after().usd())
              .setDifference(each.after().minus(each.before()).usd()));
    }
    return answer.setCalls(calls).build();
  }

  private static Result<PriceId> id(String text) {
    return Wire.id(text, PriceId::parse, "price");
  }

  private static Price price(PriceView view) {
    Price.Builder wire =
        Price.newBuilder()
            .setId(view.price().id().toString())
            .setProvider(view.provider())
            .setModel(view.price().model())
            .setEffectiveFrom(Wire.time(view.price().effectiveFrom()))
            .setDiscountPercent(PriceForm.decimal(view.price().discountBasisPoints(), 2));
    if (view.priced().isOfPlatform()) {
      wire.setPlatform(true);
    }
    for (Rate rate : view.price().rates()) {
      PriceConditions.Builder when = PriceConditions.newBuilder();
      if (rate.when().minInputTokens() > 0) {
        when.setMinInputTokens(rate.when().minInputTokens());
      }
      Wire.set(rate.when().serviceTier(), when::setServiceTier);
      Wire.set(rate.when().region(), when::setRegion);
      wire.addComponents(
          PriceComponent.newBuilder()
              .setComponent(rate.component().wire())
              .setUnit(UNIT.wire(rate.unit()))
              .setWhen(when)
              .setPrice(PriceForm.decimal(rate.microsPerUnit(), 6)));
    }
    return wire.build();
  }
}
