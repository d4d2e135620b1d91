package dev.tollgate.bootstrap.wiring;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.audit.AuditMethods;
import dev.tollgate.admin.jobs.OperationMethods;
import dev.tollgate.admin.reporting.CallMethods;
import dev.tollgate.admin.reporting.UsageMethods;
import dev.tollgate.application.audit.ListAuditEvents;
import dev.tollgate.application.jobs.GetJob;
import dev.tollgate.application.jobs.ListJobs;
import dev.tollgate.application.reporting.ExportCalls;
import dev.tollgate.application.reporting.GetCall;
import dev.tollgate.application.reporting.GetUsage;
import dev.tollgate.application.reporting.ListCalls;

/// Calls, usage, the audit log and operations: what is only read.
final class ReportingWiring {
  private ReportingWiring() {}

  static void bind(Stores stores, Tools tools, Operations operations) {
    new CallMethods(
            new ListCalls(stores.history, tools.clock()),
            new GetCall(stores.history),
            new ExportCalls(stores.history, tools.clock()))
        .bind(operations);
    new UsageMethods(new GetUsage(stores.usage, tools.clock())).bind(operations);
    new AuditMethods(new ListAuditEvents(stores.auditLog)).bind(operations);
    new OperationMethods(new GetJob(stores.jobs), new ListJobs(stores.jobs), operations).bind();
  }
}
