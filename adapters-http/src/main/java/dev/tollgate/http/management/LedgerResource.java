package dev.tollgate.http.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.ledger.BudgetBook;
import dev.tollgate.domain.ledger.BudgetBooks;
import dev.tollgate.domain.ledger.FiscalCalendar;
import dev.tollgate.domain.ledger.LedgerSettings;
import dev.tollgate.domain.ledger.LedgerVerifier;
import dev.tollgate.http.management.Api.Answer;
import dev.tollgate.http.management.Api.Call;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;

/// `/api/v1/ledger`: what a tenant decides about its books, and whether they are in order.
public final class LedgerResource implements HttpService {
  private final Api api;
  private final LedgerVerifier verifier;
  private final BudgetBooks books;
  private final LedgerSettings settings;
  private final EstimatesResource estimates;

  public LedgerResource(
      Api api,
      LedgerVerifier verifier,
      BudgetBooks books,
      LedgerSettings settings,
      EstimatesResource estimates) {
    this.api = api;
    this.verifier = verifier;
    this.books = books;
    this.settings = settings;
    this.estimates = estimates;
  }

  @Override
  public void routing(HttpRules rules) {
    rules
        .post("/verify", api.handler(this::verify))
        .get("/estimates", api.handler(estimates::list))
        .post("/estimates:reverse", api.handler(estimates::reverse))
        .get("/settings", api.handler(call -> Answer.ok(json(current(call)))))
        .patch("/settings", api.handler(this::change));
  }

  private Answer verify(Call call) {
    call.fields().done();
    LedgerVerifier.Report report = verifier.verify(call.tenant());
    ObjectNode node = Json.object();
    node.put("ok", report.violations().isEmpty());
    node.put("accounts", report.accounts());
    node.put("entries", report.entries());
    node.put("open_holds", report.openHolds());
    ArrayNode violations = node.putArray("violations");
    for (LedgerVerifier.Violation each : report.violations()) {
      violations
          .addObject()
          .put("check", each.check())
          .put("subject", each.subject())
          .put("detail", each.detail());
    }
    return Answer.ok(node);
  }

  private Answer change(Call call) {
    BudgetBook.Settings now = current(call);
    Fields fields = call.fields();
    var zone = fields.parsedOrNull("time_zone", FiscalCalendar::zone);
    int month = fields.number("fiscal_year_start", now.calendar().firstMonth());
    int cap = fields.number("default_output_cap", now.outputCap());
    boolean shows = fields.flag("show_ancestor_amounts", now.showsAncestors());
    boolean captures = fields.flag("capture_required", now.capturesAll());
    fields.done();
    settings.change(
        call.tenant(),
        new BudgetBook.Settings(
            new FiscalCalendar(zone == null ? now.calendar().zone() : zone, month),
            cap,
            shows,
            captures));
    books.refresh(call.tenant());
    return Answer.ok(json(current(call)));
  }

  private BudgetBook.Settings current(Call call) {
    return books.current(call.tenant()).settings();
  }

  private static ObjectNode json(BudgetBook.Settings settings) {
    ObjectNode node = Json.object();
    String zone = settings.calendar().zone().getId();
    node.put("time_zone", zone.equals("Z") ? "UTC" : zone);
    node.put("fiscal_year_start", settings.calendar().firstMonth());
    node.put("default_output_cap", settings.outputCap());
    node.put("show_ancestor_amounts", settings.showsAncestors());
    node.put("capture_required", settings.capturesAll());
    return node;
  }
}
