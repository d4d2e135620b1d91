package dev.tollgate.admin.reporting;

import dev.tollgate.admin.Operations;
import dev.tollgate.admin.Wire;
import dev.tollgate.application.reporting.CallQuery;
import dev.tollgate.application.reporting.ExportCalls;
import dev.tollgate.application.reporting.GetCall;
import dev.tollgate.application.reporting.ListCalls;
import dev.tollgate.domain.audit.Trail;
import dev.tollgate.domain.authority.Actor;
import dev.tollgate.domain.authority.Result;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.ids.KeyId;
import dev.tollgate.domain.ids.MemberId;
import dev.tollgate.domain.ids.ProjectId;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.inference.CapturedContent;
import dev.tollgate.domain.inference.ClientInfo;
import dev.tollgate.domain.reporting.CallView;
import dev.tollgate.domain.reporting.StatusFilter;
import dev.tollgate.domain.stores.Page;
import dev.tollgate.proto.v1.Call;
import dev.tollgate.proto.v1.CallContent;
import dev.tollgate.proto.v1.CallServiceGrpc;
import dev.tollgate.proto.v1.Client;
import dev.tollgate.proto.v1.ExportCallsRequest;
import dev.tollgate.proto.v1.GetCallRequest;
import dev.tollgate.proto.v1.ListCallsRequest;
import dev.tollgate.proto.v1.ListCallsResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/// `CallService`.
public final class CallMethods {
  private final ListCalls listCalls;
  private final GetCall getCall;
  private final ExportCalls exportCalls;

  public CallMethods(ListCalls listCalls, GetCall getCall, ExportCalls exportCalls) {
    this.listCalls = listCalls;
    this.getCall = getCall;
    this.exportCalls = exportCalls;
  }

  public void bind(Operations operations) {
    operations
        .read(CallServiceGrpc.getListCallsMethod(), this::list)
        .auditedRead(CallServiceGrpc.getGetCallMethod(), this::get)
        .stream(CallServiceGrpc.getExportCallsMethod(), this::export);
  }

  private Result<ListCallsResponse> list(Actor actor, ListCallsRequest request) {
    Page.Ask ask = Wire.page(request.hasLimit(), request.getLimit(), request.getCursor());
    return listCalls
        .run(actor, query(request), ask)
        .map(
            page -> {
              ListCallsResponse.Builder answer = ListCallsResponse.newBuilder();
              page.items().forEach(each -> answer.addData(call(each)));
              Wire.set(page.next(), next -> answer.setNextCursor(Wire.cursor(next)));
              return answer.setHasMore(page.next() != null).build();
            });
  }

  private Result<Call> get(Actor actor, GetCallRequest request, Trail trail) {
    return Wire.id(request.getId(), CallId::parse, "call")
        .then(id -> getCall.run(actor, id, trail))
        .map(
            shown -> {
              Call.Builder answer = call(shown.call());
              Wire.set(shown.content(), content -> answer.setContent(content(content)));
              return answer.build();
            });
  }

  private Result<?> export(Actor actor, ExportCallsRequest request, Consumer<Call> each) {
    // The filters of both requests are the same.
    ListCallsRequest.Builder filters = ListCallsRequest.newBuilder();
    request
        .getAllFields()
        .forEach(
            (field, value) ->
                filters.setField(
                    ListCallsRequest.getDescriptor().findFieldByName(field.getName()), value));
    return exportCalls.run(actor, query(filters.build()), call -> each.accept(call(call).build()));
  }

  private static CallQuery query(ListCallsRequest request) {
    return new CallQuery(
        Wire.instantOrNull(request.hasFrom(), request.getFrom()),
        Wire.instantOrNull(request.hasTo(), request.getTo()),
        Wire.parsedOrNull(request.hasKey(), "key", request.getKey(), KeyId::parse),
        Wire.parsedOrNull(request.hasProject(), "project", request.getProject(), ProjectId::parse),
        Wire.parsedOrNull(request.hasMember(), "member", request.getMember(), MemberId::parse),
        request.hasModel() ? request.getModel() : null,
        request.hasTag() ? request.getTag() : null,
        Wire.parsedOrNull(request.hasStatus(), "status", request.getStatus(), StatusFilter::parse),
        request.hasErrorCode() ? request.getErrorCode() : null,
        request.hasMinCost() ? Wire.money("min_cost", request.getMinCost()) : null,
        request.hasMinLatencyMs() ? request.getMinLatencyMs() : null);
  }

  private static CallContent content(CapturedContent content) {
    return CallContent.newBuilder()
        .setRequest(new String(content.request(), StandardCharsets.UTF_8))
        .setResponse(new String(content.response(), StandardCharsets.UTF_8))
        .setTruncated(content.truncated())
        .build();
  }

  private static Call.Builder call(CallView call) {
    CallRecord.Course course = call.course();
    CallRecord.Timing timing = course.timing();
    Call.Builder wire =
        Call.newBuilder()
            .setId(call.id().toString())
            .setTime(Wire.time(timing.startedAt()))
            .setEndpoint(course.asked().endpoint().wire())
            .setStream(course.asked().stream())
            .setAttempts(course.outcome().attempts())
            .setStatus(course.outcome().status())
            .setEstimated(call.charge().estimated())
            .setLatencyMs(timing.latencyMicros() / 1_000)
            .setOverheadMs(millis(timing.overheadMicros()))
            .putAllTokens(UsageMethods.tokens(call.charge().usage()))
            .setClient(client(call.client()));
    Wire.set(course.asked().model(), wire::setModel);
    Wire.set(course.outcome().errorCode(), wire::setErrorCode);
    Wire.set(call.holder(), holder -> holder(holder, wire));
    Wire.set(course.served(), served -> served(served, wire));
    Wire.set(call.charge().cost(), cost -> wire.setCost(cost.usd()));
    Wire.set(call.charge().price(), price -> wire.setPrice(price.toString()));
    Wire.set(call.details(), details -> wire.setDetails(Wire.json(details)));
    timing.firstTokenMicros().ifPresent(micros -> wire.setTtftMs(micros / 1_000));
    return wire;
  }

  private static void holder(CallView.Holder holder, Call.Builder wire) {
    wire.setKey(holder.key().toString());
    wire.setProject(holder.project().toString());
    wire.setBusinessUnit(holder.businessUnit().toString());
    wire.addAllTags(holder.tags());
    Wire.set(holder.member(), member -> wire.setMember(member.toString()));
  }

  /// A region stands behind the tier.
  private static void served(CallRecord.Served served, Call.Builder wire) {
    wire.setProvider(served.provider());
    wire.setUpstreamModel(served.upstreamModel());
    String tier = served.serviceTier();
    if (served.region() != null) {
      wire.setServiceTier((tier == null ? "" : tier) + "@" + served.region());
    } else {
      Wire.set(tier, wire::setServiceTier);
    }
  }

  private static Client client(ClientInfo client) {
    Client.Builder wire = Client.newBuilder();
    Wire.set(client.address(), wire::setIp);
    Wire.set(client.userAgent(), wire::setUserAgent);
    Wire.set(client.sdk(), wire::setSdk);
    Wire.set(client.session(), wire::setSession);
    Wire.set(client.user(), wire::setUser);
    Wire.set(client.metadata(), wire::setMetadata);
    return wire.build();
  }

  private static String millis(long micros) {
    return String.format(Locale.ROOT, "%d.%03d", micros / 1_000, micros % 1_000);
  }
}
