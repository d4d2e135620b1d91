"""Python's grpcio against the management API: what it learns by reflection is all that it has."""

import os
import sys

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.rpc import error_details_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

target = os.environ["TOLLGATE_GRPC"]
if os.environ.get("TOLLGATE_TLS"):
    with open(os.environ["SSL_CERT_FILE"], "rb") as file:
        channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(file.read()))
else:
    channel = grpc.insecure_channel(target)
token = (("authorization", "Bearer " + os.environ["TOLLGATE_ADMIN_TOKEN"]),)
reflection = ProtoReflectionDescriptorDatabase(channel)
services = reflection.get_services()
assert "tollgate.admin.v1.KeyService" in services, services
pool = descriptor_pool.DescriptorPool(reflection)


def method(service, name):
    found = pool.FindServiceByName("tollgate.admin.v1." + service).FindMethodByName(name)
    request = message_factory.GetMessageClass(found.input_type)
    answer = message_factory.GetMessageClass(found.output_type)
    path = f"/tollgate.admin.v1.{service}/{name}"
    kind = channel.unary_stream if found.server_streaming else channel.unary_unary
    call = kind(path, request_serializer=request.SerializeToString, response_deserializer=answer.FromString)
    return request, call


request, create = method("ProjectService", "CreateProject")
project = create(request(name="from python"), metadata=token, timeout=10)
assert project.id.startswith("prj_"), project

request, create_key = method("KeyService", "CreateKey")
metadata = token + (("idempotency-key", "python-" + project.id),)
key, call = create_key.with_call(request(name="ci", project=project.id), metadata=metadata, timeout=10)
assert key.key.startswith("tgk_")
assert dict(call.initial_metadata())["x-request-id"].startswith("call_")
again, call = create_key.with_call(request(name="ci", project=project.id), metadata=metadata, timeout=10)
assert again.id == key.id and not again.key and again.secret_shown
assert dict(call.initial_metadata())["idempotent-replayed"] == "true"

try:
    create_key(request(name="", project=project.id), metadata=token, timeout=10)
    sys.exit("a name without characters was taken")
except grpc.RpcError as e:
    assert e.code() == grpc.StatusCode.INVALID_ARGUMENT, e
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    details = rpc_status.from_call(e).details
    assert details[0].Unpack(info) and info.reason == "invalid_request", details
    assert details[1].Unpack(bad) and bad.field_violations[0].field == "name", details

try:
    create_key(request(name="x", project=project.id), timeout=10)
    sys.exit("a stranger was let in")
except grpc.RpcError as e:
    assert e.code() == grpc.StatusCode.UNAUTHENTICATED, e

request, export = method("CallService", "ExportCalls")
assert sum(1 for _ in export(request(), metadata=token, timeout=60)) >= 1

request, raised = method("BudgetService", "AddRaise")
_, budget = method("BudgetService", "SetBudget")
set_budget = method("BudgetService", "SetBudget")[0]
scope = set_budget.DESCRIPTOR.fields_by_name["scope"].enum_type.values_by_name["BUDGET_SCOPE_KEY"].number
limited = budget(set_budget(scope=scope, scope_id=key.id, limit="5.00"), metadata=token, timeout=10)
raised(request(id=limited.id, amount="2.00", reason="launch"), metadata=token, timeout=10)

request, verify = method("LedgerService", "VerifyLedger")
books = verify(request(), metadata=token, timeout=60)
assert books.ok, books
follow, operation = method("OperationService", "GetOperation")
done = operation(follow(id=books.operation.id), metadata=token, timeout=10)
assert done.state == done.DESCRIPTOR.fields_by_name["state"].enum_type.values_by_name["OPERATION_STATE_DONE"].number
try:
    verify(request(), metadata=token, timeout=0.0005)
    sys.exit("there is no deadline")
except grpc.RpcError as e:
    assert e.code() == grpc.StatusCode.DEADLINE_EXCEEDED, e

pending = [create.future(method("ProjectService", "CreateProject")[0](name=f"p{i}"), metadata=token) for i in range(100)]
assert all(each.result(timeout=60).id for each in pending)
print("all well")
