package dev.tollgate.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.proto.Operation;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `tollgate api CreateKey '{"name": "ci"}'` or `tollgate api GET /keys`.
@Command(
    name = "api",
    description = "Sends any request to the management API and prints the answer as JSON.",
    footer = {
      "",
      "Examples:",
      "  tollgate api GET '/keys?limit=5'",
      "  tollgate api POST /projects '{\"name\": \"search\"}'",
      "  tollgate api CreateKey '{\"name\": \"ci\", \"project\": \"prj_...\"}'"
    })
final class ApiCommand implements Callable<Integer> {
  private static final Set<String> VERBS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");

  private final Management management;
  private final Printing printing;

  @Parameters(
      index = "0",
      paramLabel = "OPERATION|METHOD",
      description = "An operation of the contract, or an HTTP method.")
  private String first = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "JSON|PATH",
      description = "The request of an operation, or the path below /api/v1.")
  private String second = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "JSON",
      description = "The body, after a method and a path.")
  private @Nullable String third;

  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description = "A repeat under the same key gets the answer of the first.")
  private @Nullable String idempotencyKey;

  @Option(names = "--dry-run", description = "Says what would be answered, and changes nothing.")
  private boolean dryRun;

  @Option(
      names = "--wait",
      paramLabel = "DURATION",
      description = "How long the answer of a job is waited for (PT30S).")
  private @Nullable String patience;

  @Option(names = Beside.TENANT, paramLabel = "TENANT", description = Beside.ABOUT_TENANT)
  private @Nullable String tenant;

  @Option(
      names = Beside.DATA,
      paramLabel = "FOLDER",
      description = "Where 'tollgate dev' left dev.env (default ${DEFAULT-VALUE}).")
  private Path data = Path.of(Beside.DEFAULT_DATA);

  ApiCommand(Management management, Printing printing) {
    this.management = management;
    this.printing = printing;
  }

  @Override
  public Integer call() {
    management.call(request(), data, printing.answers(null, true));
    return 0;
  }

  private RestCall request() {
    Map<String, String> headers = new LinkedHashMap<>();
    if (idempotencyKey != null) {
      headers.put("Idempotency-Key", idempotencyKey);
    }
    if (tenant != null) {
      headers.put(Beside.TENANT_HEADER, tenant);
    }
    Map<String, String> parameters = new LinkedHashMap<>();
    if (dryRun) {
      parameters.put("dry_run", "true");
    }
    if (patience != null) {
      parameters.put("wait", patience);
    }
    String verb = first.toUpperCase(Locale.ROOT);
    if (VERBS.contains(verb)) {
      return new RestCall(verb, path(parameters), third, headers);
    }
    if (third != null) {
      throw usage("An operation takes one JSON object and nothing after it.");
    }
    return RestCall.of(operation(), members(), parameters, headers);
  }

  private String path(Map<String, String> parameters) {
    if (!second.startsWith("/")) {
      throw usage("A path below /api/v1 is needed after " + first + ", such as /keys.");
    }
    StringBuilder path = new StringBuilder(second.replaceFirst("^" + RestCall.BASE + "(?=/)", ""));
    parameters.forEach(
        (name, value) ->
            path.append(path.indexOf("?") < 0 ? '?' : '&').append(name).append('=').append(value));
    return path.toString();
  }

  private Operation operation() {
    return Operation.named(first)
        .orElseThrow(
            () ->
                usage(
                    "There is no operation '"
                        + first
                        + "'. 'tollgate api GET /openapi.json' lists all of them."));
  }

  private ObjectNode members() {
    if (second.isEmpty()) {
      return JsonNodeFactory.instance.objectNode();
    }
    JsonNode members = Management.parsed(second);
    if (members instanceof ObjectNode object) {
      return object;
    }
    throw usage("The request must be a JSON object.");
  }

  private static CommandFailure usage(String message) {
    return new CommandFailure(CommandFailure.USAGE, message);
  }
}
