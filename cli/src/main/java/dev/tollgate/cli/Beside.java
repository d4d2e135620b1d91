package dev.tollgate.cli;

import dev.tollgate.proto.Operation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// What can be asked for beside the members of a request.
///
/// @param json whether answers are printed as JSON
/// @param parameters of the query
/// @param data the folder of `dev`
record Beside(
    boolean json, Map<String, String> parameters, Map<String, String> headers, Path data) {
  private static final String FORMAT = "-o";
  private static final String OUTPUT = "--output";
  static final String DATA = "--data";
  static final String DEFAULT_DATA = ".tollgate";
  private static final String DRY_RUN = "--dry-run";
  private static final String WAIT = "--wait";
  static final String TENANT = "--tenant";
  static final String TENANT_HEADER = "X-Tollgate-Tenant";
  static final String ABOUT_TENANT =
      "The tenant that is managed, by its id or as 'platform' (that of the token).";
  private static final String IDEMPOTENCY = "--idempotency-key";

  static List<OptionSpec> optionsOf(Operation operation) {
    List<OptionSpec> options = new ArrayList<>();
    if (operation.isChange()) {
      options.add(
          OptionSpec.builder(DRY_RUN)
              .description("Says what would be answered, and changes nothing.")
              .build());
    }
    if (operation.isJob()) {
      options.add(
          text(WAIT, "DURATION", "How long the answer is waited for, such as PT5M (PT30S)."));
    }
    if (operation.takesIdempotencyKey()) {
      options.add(
          text(IDEMPOTENCY, "KEY", "A repeat under the same key gets the answer of the first."));
    }
    options.add(text(TENANT, "TENANT", ABOUT_TENANT));
    options.add(
        OptionSpec.builder(FORMAT, outputs(operation))
            .type(Output.class)
            .paramLabel("table|json")
            .description("How the answer is printed (table).")
            .build());
    options.add(
        text(
            DATA,
            "FOLDER",
            "Where 'tollgate dev' left dev.env, which is not looked at when TOLLGATE_URL and"
                + " TOLLGATE_ADMIN_TOKEN are both set (.tollgate)."));
    return options;
  }

  /// The long name, unless a member of the request has it.
  private static String[] outputs(Operation operation) {
    boolean taken = Flag.of(operation).stream().anyMatch(flag -> flag.name().equals(OUTPUT));
    return taken ? new String[0] : new String[] {OUTPUT};
  }

  /// How answers are printed.
  enum Output {
    table,
    json
  }

  private static OptionSpec text(String name, String label, String description) {
    return OptionSpec.builder(name)
        .type(String.class)
        .paramLabel(label)
        .description(description)
        .build();
  }

  static Beside of(ParseResult parsed) {
    Map<String, String> parameters = new LinkedHashMap<>();
    Map<String, String> headers = new LinkedHashMap<>();
    if (parsed.hasMatchedOption(DRY_RUN)) {
      parameters.put("dry_run", "true");
    }
    if (parsed.hasMatchedOption(WAIT)) {
      parameters.put("wait", parsed.matchedOptionValue(WAIT, ""));
    }
    if (parsed.hasMatchedOption(IDEMPOTENCY)) {
      headers.put("Idempotency-Key", parsed.matchedOptionValue(IDEMPOTENCY, ""));
    }
    if (parsed.hasMatchedOption(TENANT)) {
      headers.put(TENANT_HEADER, parsed.matchedOptionValue(TENANT, ""));
    }
    return new Beside(
        parsed.matchedOptionValue(FORMAT, Output.table) == Output.json,
        parameters,
        headers,
        Path.of(parsed.matchedOptionValue(DATA, DEFAULT_DATA)));
  }
}
