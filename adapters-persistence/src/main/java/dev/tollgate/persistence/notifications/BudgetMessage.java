package dev.tollgate.persistence.notifications;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.domain.ids.BudgetId;
import dev.tollgate.domain.money.Money;
import dev.tollgate.persistence.database.Rows;
import io.helidon.dbclient.DbRow;
import java.time.Instant;
import java.util.Locale;

/// What is said of a budget that has reached a threshold, or will not last its window.
record BudgetMessage(String type, String subject, String text, String json) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static BudgetMessage of(DbRow alert) {
    long threshold = Rows.number(alert, "threshold");
    boolean forecast = threshold == 0;
    Money limit = new Money(Rows.number(alert, "limit_nanos"));
    Money settled = new Money(Rows.number(alert, "posted"));
    Instant end = Rows.timeOrNull(alert, "ends");
    String scope = Rows.text(alert, "scope");
    String name = Rows.text(alert, "scope_name");
    String window = Rows.text(alert, "time_window");
    String whose = scope.replace('_', ' ') + (name.isEmpty() ? "" : " '" + name + "'");
    long percent = percent(settled, limit);
    String until = end == null ? "It has no end." : "It ends at " + end + ".";
    String what =
        forecast
            ? "At the rate of the last seven days the budget will not last its window."
            : "%d %% of the budget has been spent. The threshold of %d %% is reached."
                .formatted(percent, threshold);
    String text =
        """
        %s

        Budget    %s of the %s
        Settled   $%s (%d %%)
        Limit     $%s
        Left      $%s
        Window    %s, since %s. %s

        %s
        """
            .formatted(
                what,
                window,
                whose,
                settled.usd(),
                percent,
                limit.usd(),
                left(limit, settled).usd(),
                window,
                Rows.time(alert, "starts"),
                until,
                cure(Rows.text(alert, "policy"), budget(alert)));
    return new BudgetMessage(
        forecast ? "budget.forecast_exceeds" : "budget.threshold_reached",
        "Budget of the %s: %s"
            .formatted(
                whose,
                forecast
                    ? "$%s will not last the %s".formatted(limit.usd(), window)
                    : "%d %% of $%s has been spent".formatted(threshold, limit.usd())),
        text,
        json(alert, forecast, percent));
  }

  private static String cure(String policy, BudgetId budget) {
    String raise =
        "To allow more, raise it: POST /api/v1/budgets/%s/raises, or PUT /api/v1/budgets with a"
                .formatted(budget)
            + " higher limit.";
    return policy.toLowerCase(Locale.ROOT).equals("observe")
        ? "Calls go on beyond the limit: the budget only observes. " + raise
        : "Calls that do not fit are refused until the window ends. " + raise;
  }

  private static String json(DbRow alert, boolean forecast, long percent) {
    Money limit = new Money(Rows.number(alert, "limit_nanos"));
    Money settled = new Money(Rows.number(alert, "posted"));
    ObjectNode node = JSON.createObjectNode();
    node.put("type", forecast ? "budget.forecast_exceeds" : "budget.threshold_reached");
    node.put("timestamp", Rows.time(alert, "at").toString());
    node.putObject("data")
        .put("budget", budget(alert).toString())
        .put("scope", Rows.text(alert, "scope"))
        .put("name", Rows.text(alert, "scope_name"))
        .put("threshold", Rows.number(alert, "threshold"))
        .put("percent", percent)
        .put("limit", limit.usd())
        .put("settled", settled.usd())
        .put("remaining", left(limit, settled).usd())
        .put("window", Rows.text(alert, "time_window"))
        .put("window_start", Rows.time(alert, "starts").toString());
    return node.toString();
  }

  private static BudgetId budget(DbRow alert) {
    return new BudgetId(Rows.uuid(alert, "budget_id"));
  }

  private static Money left(Money limit, Money settled) {
    Money left = limit.minusAtMost(settled);
    return left.nanos() < 0 ? Money.ZERO : left;
  }

  private static long percent(Money settled, Money limit) {
    if (limit.nanos() == 0) {
      return 100;
    }
    long whole = Math.max(0, settled.nanos());
    return whole > Long.MAX_VALUE / 100
        ? whole / Math.max(1, limit.nanos() / 100)
        : whole * 100 / limit.nanos();
  }
}
