package dev.tollgate.admin.ledger;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.application.ledger.GetLedgerSettings;
import dev.tollgate.application.ledger.ListEstimates;
import dev.tollgate.application.ledger.ReverseEstimates;
import dev.tollgate.application.ledger.UpdateLedgerSettings;
import dev.tollgate.application.ledger.VerifyLedger;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.jobs.Steps;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.Corrections.EstimateFilter;
import dev.tollgate.domain.ledger.FiscalCalendar;
import dev.tollgate.domain.ledger.LedgerVerifier;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.InvalidRequest;
import dev.tollgate.proto.v1.Estimate;
import dev.tollgate.proto.v1.GetLedgerSettingsRequest;
import dev.tollgate.proto.v1.LedgerServiceGrpc;
import dev.tollgate.proto.v1.LedgerSettings;
import dev.tollgate.proto.v1.ListEstimatesRequest;
import dev.tollgate.proto.v1.ListEstimatesResponse;
import dev.tollgate.proto.v1.Reversal;
import dev.tollgate.proto.v1.ReverseEstimatesRequest;
import dev.tollgate.proto.v1.ReverseEstimatesResponse;
import dev.tollgate.proto.v1.UpdateLedgerSettingsRequest;
import dev.tollgate.proto.v1.VerifyLedgerRequest;
import dev.tollgate.proto.v1.VerifyLedgerResponse;
import dev.tollgate.proto.v1.Violation;
import java.util.List;

/// `LedgerService`.
public final class LedgerMethods {
  private final Verbs verbs;

  /// The use cases that the methods call.
  public record Verbs(
      VerifyLedger verify,
      GetLedgerSettings settings,
      UpdateLedgerSettings update,
      ListEstimates estimates,
      ReverseEstimates reverse) {}

  public LedgerMethods(Verbs verbs) {
    this.verbs = verbs;
  }

  public void bind(Operations operations) {
    operations
        .job(LedgerServiceGrpc.getVerifyLedgerMethod(), this::verify)
        .read(LedgerServiceGrpc.getGetLedgerSettingsMethod(), this::settings)
        .change(LedgerServiceGrpc.getUpdateLedgerSettingsMethod(), this::update)
        .read(LedgerServiceGrpc.getListEstimatesMethod(), this::estimates)
        .job(LedgerServiceGrpc.getReverseEstimatesMethod(), this::reverse)
        .shows(BudgetBook.Settings.class, LedgerMethods::settings);
  }

  private Result<VerifyLedgerResponse> verify(
      Actor actor, VerifyLedgerRequest request, Steps steps) {
    return verbs.verify().run(actor).map(LedgerMethods::report);
  }

  private static VerifyLedgerResponse report(LedgerVerifier.Report report) {
    VerifyLedgerResponse.Builder answer =
        VerifyLedgerResponse.newBuilder()
            .setOk(report.violations().isEmpty())
            .setAccounts(report.accounts())
            .setEntries(report.entries())
            .setOpenHolds(report.openHolds());
    for (LedgerVerifier.Violation each : report.violations()) {
      answer.addViolations(
          Violation.newBuilder()
              .setCheck(each.check())
              .setSubject(each.subject())
              .setDetail(each.detail()));
    }
    return answer.build();
  }

  private Result<LedgerSettings> settings(Actor actor, GetLedgerSettingsRequest request) {
    return verbs.settings().run(actor).map(LedgerMethods::settings);
  }

  private Result<LedgerSettings> update(
      Actor actor, UpdateLedgerSettingsRequest request, Trail trail) {
    UpdateLedgerSettings.Command command =
        new UpdateLedgerSettings.Command(
            Wire.parsedOrNull(
                request.hasTimeZone(), "time_zone", request.getTimeZone(), FiscalCalendar::zone),
            request.hasFiscalYearStart() ? request.getFiscalYearStart() : null,
            request.hasDefaultOutputCap() ? request.getDefaultOutputCap() : null,
            request.hasShowAncestorAmounts() ? request.getShowAncestorAmounts() : null,
            request.hasCaptureRequired() ? request.getCaptureRequired() : null);
    return verbs.update().run(actor, command, trail).map(LedgerMethods::settings);
  }

  private static LedgerSettings settings(BudgetBook.Settings settings) {
    String zone = settings.calendar().zone().getId();
    return LedgerSettings.newBuilder()
        .setTimeZone(zone.equals("Z") ? "UTC" : zone)
        .setFiscalYearStart(settings.calendar().firstMonth())
        .setDefaultOutputCap(settings.outputCap())
        .setShowAncestorAmounts(settings.showsAncestors())
        .setCaptureRequired(settings.capturesAll())
        .build();
  }

  private Result<ListEstimatesResponse> estimates(Actor actor, ListEstimatesRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return verbs
        .estimates()
        .run(actor, ask)
        .map(
            page -> {
              ListEstimatesResponse.Builder answer = ListEstimatesResponse.newBuilder();
              page.items().forEach(each -> answer.addData(estimate(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private static Estimate estimate(dev.tollgate.domain.ledger.Corrections.Estimate estimate) {
    Estimate.Builder wire =
        Estimate.newBuilder()
            .setHold(estimate.hold().toString())
            .setCall(estimate.call().toString())
            .setKey(estimate.key().toString())
            .setProject(estimate.project().toString())
            .setBusinessUnit(estimate.businessUnit().toString())
            .setProvider(estimate.provider())
            .setUpstreamModel(estimate.upstreamModel())
            .setTime(Wire.time(estimate.at()))
            .setAmount(estimate.amount().usd());
    Wire.set(estimate.reason(), wire::setReason);
    return wire.build();
  }

  private Result<ReverseEstimatesResponse> reverse(
      Actor actor, ReverseEstimatesRequest request, Steps steps) {
    boolean dryRun = !request.hasDryRun() || request.getDryRun();
    ReverseEstimates.Command command =
        new ReverseEstimates.Command(filter(request), request.getReason(), dryRun);
    return verbs.reverse().run(actor, command, steps).map(reversals -> reversed(dryRun, reversals));
  }

  private static EstimateFilter filter(ReverseEstimatesRequest request) {
    if (request.hasProvider() == request.hasDeployment()) {
      throw new InvalidRequest(
          "provider", "Name either a provider or a deployment, as provider/model.");
    }
    String provider = request.getProvider();
    String model = null;
    if (request.hasDeployment()) {
      int slash = request.getDeployment().indexOf('/');
      if (slash < 1) {
        throw new InvalidRequest("deployment", "deployment must be provider/model.");
      }
      provider = request.getDeployment().substring(0, slash);
      model = request.getDeployment().substring(slash + 1);
    }
    return new EstimateFilter(
        Wire.instant(request.getFrom()), Wire.instant(request.getTo()), provider, model, false);
  }

  private static ReverseEstimatesResponse reversed(
      boolean dryRun, List<ReverseEstimates.Reversal> reversals) {
    ReverseEstimatesResponse.Builder answer =
        ReverseEstimatesResponse.newBuilder().setDryRun(dryRun);
    long calls = 0;
    Money amount = Money.ZERO;
    for (ReverseEstimates.Reversal each : reversals) {
      calls += each.calls();
      amount = amount.plusAtMost(each.amount());
      answer.addData(
          Reversal.newBuilder()
              .setBusinessUnit(each.businessUnit().toString())
              .setCalls(each.calls())
              .setAmount(each.amount().usd()));
    }
    return answer.setCalls(calls).setAmount(amount.usd()).build();
  }
}
