package dev.tollgate.application.reporting;

import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Permission;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.reporting.UsageQuery;
import dev.tollgate.domain.reporting.UsageQuery.Group;
import dev.tollgate.domain.reporting.UsageReport;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Adds up usage. Absent times mean the last seven days.
public final class GetUsage {
  /// The usual span must not fall short of the minutes kept while a request is on its way.
  private static final Duration SLACK = Duration.ofHours(1);

  private final UsageReport report;
  private final Clock clock;

  public GetUsage(UsageReport report, Clock clock) {
    this.report = report;
    this.clock = clock;
  }

  public record Query(
      @Nullable Instant from,
      @Nullable Instant to,
      List<Group> groups,
      @Nullable KeyId key,
      @Nullable ProjectId project,
      @Nullable String model) {}

  /// @param query as it was carried out
  public record Usage(UsageQuery query, List<UsageReport.Row> rows) {}

  public Result<Usage> run(Actor actor, Query asked) {
    return Result.permitted(actor, Permission.USAGE_READ, () -> work(actor, asked));
  }

  private Result<Usage> work(Actor actor, Query asked) {
    Instant now = clock.instant();
    Instant to = asked.to() == null ? now : asked.to();
    Instant from = asked.from() == null ? to.minus(CallQuery.USUAL_SPAN) : asked.from();
    Instant kept = now.minus(UsageQuery.MINUTES_KEPT).minus(SLACK);
    boolean quarters = from.isBefore(kept);
    if (quarters && asked.groups().contains(Group.MINUTE)) {
      return new Result.Invalid<>("from", "Minutes are kept for 7 days; ask for hours");
    }
    return Result.checked(
        () -> {
          // Times that nobody named need not be exact: the roll-ups are enough.
          UsageQuery query =
              new UsageQuery(
                  quarters || asked.from() == null ? UsageQuery.quarterBefore(from) : from,
                  quarters || asked.to() == null ? UsageQuery.quarterAfter(to) : to,
                  asked.groups(),
                  asked.key(),
                  asked.project(),
                  asked.model());
          return Result.done(new Usage(query, report.report(actor.tenant(), query)));
        });
  }
}
