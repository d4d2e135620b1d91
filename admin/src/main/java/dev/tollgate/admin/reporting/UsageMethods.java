package dev.tollgate.admin.reporting;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.application.reporting.GetUsage;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.money.Money;
import dev.tollgate.domain.pricing.Component;
import dev.tollgate.domain.reporting.UsageQuery;
import dev.tollgate.domain.reporting.UsageQuery.Group;
import dev.tollgate.domain.reporting.UsageReport;
import dev.tollgate.proto.v1.GetUsageRequest;
import dev.tollgate.proto.v1.Percentiles;
import dev.tollgate.proto.v1.Usage;
import dev.tollgate.proto.v1.UsageRow;
import dev.tollgate.proto.v1.UsageServiceGrpc;
import dev.tollgate.proto.v1.UsageTotal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `UsageService`.
public final class UsageMethods {
  private final GetUsage getUsage;

  public UsageMethods(GetUsage getUsage) {
    this.getUsage = getUsage;
  }

  public void bind(Operations operations) {
    operations.read(UsageServiceGrpc.getGetUsageMethod(), this::get);
  }

  private Result<Usage> get(Actor actor, GetUsageRequest request) {
    List<Group> groups = new ArrayList<>();
    for (String each : request.getGroupByList()) {
      if (!(each.isEmpty() && request.getGroupByCount() == 1)) {
        groups.add(Wire.parsed("group_by", each, Group::parse));
      }
    }
    if (request.hasInterval()) {
      // The contract takes intervals alone.
      groups.add(Group.parse(request.getInterval()));
    }
    GetUsage.Query query =
        new GetUsage.Query(
            Wire.instantOrNull(request.hasFrom(), request.getFrom()),
            Wire.instantOrNull(request.hasTo(), request.getTo()),
            groups,
            Wire.parsedOrNull(request.hasKey(), "key", request.getKey(), KeyId::parse),
            Wire.parsedOrNull(
                request.hasProject(), "project", request.getProject(), ProjectId::parse),
            request.hasModel() ? request.getModel() : null);
    return getUsage.run(actor, query).map(UsageMethods::usage);
  }

  private static Usage usage(GetUsage.Usage usage) {
    Usage.Builder wire =
        Usage.newBuilder()
            .setFrom(Wire.time(usage.query().from()))
            .setTo(Wire.time(usage.query().to()));
    Money total = Money.ZERO;
    Money estimated = Money.ZERO;
    long calls = 0;
    for (UsageReport.Row row : usage.rows()) {
      wire.addData(row(usage.query(), row));
      total = total.plusAtMost(row.cost());
      estimated = estimated.plusAtMost(row.estimated());
      calls += row.calls();
    }
    return wire.setTotal(
            UsageTotal.newBuilder()
                .setCalls(calls)
                .setCost(total.usd())
                .setEstimatedCost(estimated.usd()))
        .build();
  }

  private static UsageRow row(UsageQuery query, UsageReport.Row row) {
    UsageRow.Builder wire =
        UsageRow.newBuilder()
            .setCalls(row.calls())
            .setErrors(row.errors())
            .setErrorRatePercent(Math.floorDiv(row.errors() * 100, Math.max(1, row.calls())))
            .putAllTokens(tokens(row.usage()))
            .setCost(row.cost().usd())
            .setEstimatedCost(row.estimated().usd())
            .setLatencyMs(percentiles(row.latency()))
            .setTtftMs(percentiles(row.firstToken()));
    for (int i = 0; i < query.groups().size(); i++) {
      wire.setField(
          UsageRow.getDescriptor().findFieldByName(query.groups().get(i).wire()),
          row.groups().get(i));
    }
    return wire.build();
  }

  private static Percentiles percentiles(UsageReport.Percentiles percentiles) {
    return Percentiles.newBuilder().setP50(percentiles.p50()).setP95(percentiles.p95()).build();
  }

  /// Counts by component; only those that occurred.
  static Map<String, Long> tokens(dev.tollgate.domain.pricing.Usage usage) {
    Map<String, Long> tokens = new LinkedHashMap<>();
    for (Component component : Component.values()) {
      if (usage.count(component) != 0) {
        tokens.put(component.wire(), usage.count(component));
      }
    }
    return tokens;
  }
}
