package dev.tollgate.proto;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.tollgate.proto.Shapes.Member;
import dev.tollgate.proto.v1.Kind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The contract as an OpenAPI 3.1 document, its descriptions taken from the comments of the files.
public final class OpenApi {
  private static final String PROBLEM = "application/problem+json";

  private final Comments comments = new Comments();
  private final JsonGenerator json;
  private final OpenApiSchemas schemas;

  private OpenApi(JsonGenerator json) {
    this.json = json;
    this.schemas = new OpenApiSchemas(json, comments);
  }

  public static byte[] document(String version) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.useDefaultPrettyPrinter();
      new OpenApi(json).write(version);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /// Reasons of refusals that an operation may meet, those of its own last.
  public static List<String> reasons(Operation operation) {
    List<String> reasons = new ArrayList<>();
    reasons.addAll(List.of("invalid_request", "unauthenticated", "permission_denied", "not_found"));
    if (operation.takesIdempotencyKey()) {
      reasons.addAll(List.of("idempotency_in_progress", "idempotency_key_reused"));
    }
    if (operation.kind() != Kind.KIND_READ) {
      reasons.add("change_requested");
    }
    if (operation.isJob()) {
      reasons.add("operation_interrupted");
    }
    reasons.addAll(
        List.of("request_too_large", "gateway_busy", "ledger_unavailable", "internal_error"));
    reasons.addAll(operation.rule().getErrorsList());
    return reasons;
  }

  private interface Part {
    void write() throws IOException;
  }

  private void write(String version) throws IOException {
    json.writeStartObject();
    json.writeStringField("openapi", "3.1.0");
    object(
        "info",
        () -> {
          json.writeStringField("title", "Tollgate management API");
          json.writeStringField("version", version);
          json.writeStringField(
              "description",
              "Made from the contract that gRPC and the command line are made from, too. Money is a"
                  + " decimal string in US dollars. Requests are read strictly; answers may gain"
                  + " members.");
        });
    json.writeArrayFieldStart("servers");
    json.writeStartObject();
    json.writeStringField("url", "/api/v1");
    json.writeEndObject();
    json.writeEndArray();
    json.writeArrayFieldStart("security");
    json.writeStartObject();
    json.writeArrayFieldStart("bearer");
    json.writeEndArray();
    json.writeEndObject();
    json.writeEndArray();
    tags();
    object("paths", this::paths);
    object("components", this::components);
    json.writeEndObject();
  }

  private void tags() throws IOException {
    json.writeArrayFieldStart("tags");
    for (var service : Operation.services()) {
      json.writeStartObject();
      json.writeStringField("name", tag(service.getName()));
      json.writeStringField("description", comments.of(service));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void paths() throws IOException {
    Map<String, List<Operation>> byPath = new LinkedHashMap<>();
    for (Operation each : Operation.ALL) {
      byPath.computeIfAbsent(each.path(), _ -> new ArrayList<>()).add(each);
    }
    for (var path : byPath.entrySet()) {
      object(
          path.getKey(),
          () -> {
            for (Operation operation : path.getValue()) {
              object(operation.verb().toLowerCase(Locale.ROOT), () -> operation(operation));
            }
          });
    }
  }

  private void operation(Operation operation) throws IOException {
    json.writeStringField("operationId", operation.name());
    json.writeArrayFieldStart("tags");
    json.writeString(tag(operation.method().getService().getName()));
    json.writeEndArray();
    schemas.describe(comments.of(operation.method()));
    json.writeStringField("x-permission", operation.rule().getPermission());
    if (!operation.rule().getAudit().isEmpty()) {
      json.writeStringField("x-audit", operation.rule().getAudit());
    }
    json.writeArrayFieldStart("parameters");
    parameters(operation);
    json.writeEndArray();
    if (operation.hasBody()) {
      body(operation);
    }
    object("responses", () -> responses(operation));
  }

  private void parameters(Operation operation) throws IOException {
    for (FieldDescriptor field : operation.pathFields()) {
      parameter(field, "path", true);
    }
    if (!operation.hasBody()) {
      for (Member member : Shapes.plan(operation.request()).members()) {
        if (!operation.pathFields().contains(member.field())) {
          parameter(member.field(), "query", member.rule().getRequired());
        }
      }
    }
    reference("Tenant");
    if (operation.takesIdempotencyKey()) {
      reference("IdempotencyKey");
    }
    if (operation.kind() == Kind.KIND_CHANGE) {
      reference("DryRun");
    }
    if (operation.kind() == Kind.KIND_JOB) {
      reference("Wait");
    }
  }

  private void reference(String parameter) throws IOException {
    json.writeStartObject();
    json.writeStringField("$ref", "#/components/parameters/" + parameter);
    json.writeEndObject();
  }

  private void parameter(FieldDescriptor field, String in, boolean required) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", field.getName());
    json.writeStringField("in", in);
    json.writeBooleanField("required", required);
    schemas.describe(comments.of(field));
    if (field.isRepeated()) {
      json.writeStringField("style", "form");
      json.writeBooleanField("explode", false);
    }
    object("schema", () -> schemas.field(field));
    json.writeEndObject();
  }

  private void body(Operation operation) throws IOException {
    boolean required =
        Shapes.plan(operation.request()).members().stream()
            .anyMatch(
                each ->
                    each.rule().getRequired() && !operation.pathFields().contains(each.field()));
    object(
        "requestBody",
        () -> {
          json.writeBooleanField("required", required);
          content(
              "application/json",
              () -> schemas.members(operation.request(), operation.pathFields(), false));
        });
  }

  private void responses(Operation operation) throws IOException {
    object(
        String.valueOf(operation.status()),
        () -> {
          json.writeStringField("description", operation.isEmpty() ? "Done." : "Success.");
          if (!operation.isEmpty()) {
            content(
                operation.streams() ? "application/x-ndjson" : "application/json",
                () -> schemas.reference(operation.response()));
          }
        });
    if (operation.kind() != Kind.KIND_READ) {
      object("202", () -> accepted(operation));
    }
    object(
        "default",
        () -> {
          String codes = String.join(", ", reasons(operation));
          json.writeStringField("description", "A refusal; its code is one of " + codes + ".");
          content(PROBLEM, () -> json.writeStringField("$ref", "#/components/schemas/Problem"));
        });
  }

  private void accepted(Operation operation) throws IOException {
    boolean job = operation.kind() == Kind.KIND_JOB;
    json.writeStringField(
        "description",
        job
            ? "The job is still running, or the change needs a second person."
            : "The change needs a second person and has become a change request.");
    content(
        "application/json",
        () -> {
          json.writeArrayFieldStart("anyOf");
          for (String each :
              job ? List.of("Accepted", "ChangeRequested") : List.of("ChangeRequested")) {
            json.writeStartObject();
            json.writeStringField("$ref", "#/components/schemas/" + each);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private void components() throws IOException {
    object(
        "parameters",
        () -> {
          fixed(
              "IdempotencyKey",
              "Idempotency-Key",
              "header",
              "string",
              "A repeat within 24 hours is answered as the first request was; a secret is not"
                  + " repeated.");
          fixed(
              "Tenant",
              "X-Tollgate-Tenant",
              "header",
              "string",
              "The tenant that is managed, by its id or as `platform`; the home tenant when absent.");
          fixed(
              "DryRun",
              "dry_run",
              "query",
              "boolean",
              "Whether the answer is all that is wanted: what it would be, with nothing changed and"
                  + " no secret shown.");
          fixed(
              "Wait",
              "wait",
              "query",
              "string",
              "How long the answer waits for the job to end, PT30S when absent and at most PT5M;"
                  + " 202 with its operation after that.");
        });
    object(
        "securitySchemes",
        () ->
            object(
                "bearer",
                () -> {
                  json.writeStringField("type", "http");
                  json.writeStringField("scheme", "bearer");
                }));
    object("schemas", schemas::write);
  }

  private void fixed(String key, String name, String in, String type, String text)
      throws IOException {
    object(
        key,
        () -> {
          json.writeStringField("name", name);
          json.writeStringField("in", in);
          schemas.describe(text);
          object("schema", () -> json.writeStringField("type", type));
        });
  }

  private void content(String type, Part schema) throws IOException {
    object("content", () -> object(type, () -> object("schema", schema)));
  }

  private void object(String name, Part part) throws IOException {
    json.writeObjectFieldStart(name);
    part.write();
    json.writeEndObject();
  }

  private static String tag(String service) {
    return service.replace("Service", "");
  }
}
