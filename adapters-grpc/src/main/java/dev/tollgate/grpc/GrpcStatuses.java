package dev.tollgate.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.tollgate.admin.Fault;
import dev.tollgate.domain.ids.CallId;
import dev.tollgate.domain.reasons.Reason;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;

/// The gRPC code of each reason, and a fault as `google.rpc.Status`.
public final class GrpcStatuses {
  private static final String DOMAIN = "tollgate.dev";
  private static final int SOON_SECONDS = 2;

  private GrpcStatuses() {}

  public static Code of(Reason reason) {
    return switch (reason) {
      case INVALID_REQUEST, INVALID_JSON, INVALID_ENCODING -> Code.INVALID_ARGUMENT;
      case MISSING_REQUIRED_PARAMETER, INVALID_TYPE, INVALID_VALUE -> Code.INVALID_ARGUMENT;
      case UNSUPPORTED_PARAMETER, DUPLICATE_PARAMETER, UNKNOWN_PARAMETER -> Code.INVALID_ARGUMENT;
      case BACKGROUND_NOT_ALLOWED, BAD_REQUEST, INVALID_PATH -> Code.INVALID_ARGUMENT;
      case INVALID_METHOD, CONFLICTING_CREDENTIALS, ENDPOINT_NOT_SUPPORTED -> Code.INVALID_ARGUMENT;
      case UNSUPPORTED_MEDIA_TYPE, IDEMPOTENCY_KEY_REUSED -> Code.INVALID_ARGUMENT;
      case PROVIDER_BAD_REQUEST, CONTENT_FILTER -> Code.INVALID_ARGUMENT;
      case INVALID_API_KEY, UNAUTHENTICATED -> Code.UNAUTHENTICATED;
      case PERMISSION_DENIED, MODEL_NOT_ALLOWED, ENDPOINT_NOT_ALLOWED -> Code.PERMISSION_DENIED;
      case ADDRESS_NOT_ALLOWED, MODEL_NOT_PRICED -> Code.PERMISSION_DENIED;
      case NOT_FOUND, MODEL_NOT_FOUND -> Code.NOT_FOUND;
      case NAME_TAKEN, SECRET_TAKEN, PRICE_DATE_TAKEN -> Code.ALREADY_EXISTS;
      case KEY_REVOKED, PROVIDER_IN_USE, PRICE_IN_FORCE -> Code.FAILED_PRECONDITION;
      case CREDENTIAL_REFUSED, CHANGE_REQUESTED -> Code.FAILED_PRECONDITION;
      case CHANGED_MEANWHILE, IDEMPOTENCY_IN_PROGRESS -> Code.ABORTED;
      case INSUFFICIENT_QUOTA, BUDGET_BUSY, RATE_LIMIT_EXCEEDED -> Code.RESOURCE_EXHAUSTED;
      case PROVIDER_RATE_LIMITED, REQUEST_TOO_LARGE -> Code.RESOURCE_EXHAUSTED;
      case REQUEST_TIMEOUT, PROVIDER_TIMEOUT -> Code.DEADLINE_EXCEEDED;
      case CLIENT_CLOSED -> Code.CANCELLED;
      case INTERNAL_ERROR -> Code.INTERNAL;
      case UNSUPPORTED_OPERATION, UNKNOWN_URL, METHOD_NOT_ALLOWED -> Code.UNIMPLEMENTED;
      case WEBSOCKET_NOT_SUPPORTED -> Code.UNIMPLEMENTED;
      case PROVIDER_ERROR, PROVIDER_UNREACHABLE, PROVIDER_BROKEN -> Code.UNAVAILABLE;
      case PROVIDER_MISCONFIGURED, PROVIDER_AUTH, PROVIDER_QUOTA -> Code.UNAVAILABLE;
      case PROVIDER_OVERLOADED, GATEWAY_BUSY, GATEWAY_STOPPING -> Code.UNAVAILABLE;
      case LEDGER_UNAVAILABLE, CAPTURE_UNAVAILABLE, OPERATION_INTERRUPTED -> Code.UNAVAILABLE;
    };
  }

  static StatusRuntimeException of(Fault fault, CallId request) {
    Code code = of(fault.reason());
    Status.Builder status = Status.newBuilder().setCode(code.getNumber());
    status.setMessage(fault.detail()).addDetails(Any.pack(info(fault, request)));
    if (fault.field() != null) {
      status.addDetails(Any.pack(violation(fault, fault.field())));
    }
    if (code == Code.UNAVAILABLE) {
      Duration soon = Duration.newBuilder().setSeconds(SOON_SECONDS).build();
      status.addDetails(Any.pack(RetryInfo.newBuilder().setRetryDelay(soon).build()));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static ErrorInfo info(Fault fault, CallId request) {
    ErrorInfo.Builder info =
        ErrorInfo.newBuilder()
            .setDomain(DOMAIN)
            .setReason(fault.reason().wire())
            .putMetadata("request_id", request.toString());
    Fault.ChangeRequest change = fault.change();
    if (change != null) {
      info.putMetadata("change_request_id", change.id());
      info.putMetadata("change_request_url", change.url());
    }
    return info.build();
  }

  private static BadRequest violation(Fault fault, String field) {
    return BadRequest.newBuilder()
        .addFieldViolations(
            BadRequest.FieldViolation.newBuilder()
                .setField(field)
                .setReason(fault.reason().wire())
                .setDescription(fault.detail()))
        .build();
  }
}
