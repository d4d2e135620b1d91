package dev.tollgate.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.tollgate.proto.Comments;
import dev.tollgate.proto.Operation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/// A command for every operation of the contract, `keys rotate KEY --overlap PT1H`, and `api` for
/// requests as they are.
public final class ContractCommands {
  private static final Map<String, String> EXIT_CODES = exitCodes();

  private final Comments comments = new Comments();
  private final Management management;
  private final Printing printing;

  /// @param environment which may name the gateway
  public ContractCommands(Map<String, String> environment) {
    management = new Management(environment);
    printing = Printing.standard();
  }

  /// Adds a command for each noun, or the verbs that a command of that name does not have.
  public void addTo(CommandLine root) {
    Map<String, CommandSpec> nouns = new LinkedHashMap<>();
    for (Operation operation : Operation.ALL) {
      String[] words = words(operation);
      CommandLine known = root.getSubcommands().get(words[0]);
      CommandSpec noun =
          nouns.computeIfAbsent(
              words[0], _ -> known == null ? noun(operation) : known.getCommandSpec());
      if (!noun.subcommands().containsKey(words[1])) {
        noun.addSubcommand(words[1], verb(operation));
      }
    }
    nouns.forEach(
        (name, spec) -> {
          if (!root.getSubcommands().containsKey(name)) {
            root.addSubcommand(name, spec);
          }
        });
    root.addSubcommand(new ApiCommand(management, printing));
  }

  /// `budgets add-raise`, as its option says, or from the names of the service and the method.
  static String[] words(Operation operation) {
    String command = operation.command();
    if (!command.isEmpty()) {
      return command.split(" ", 2);
    }
    String noun = operation.method().getService().getName().replace("Service", "");
    String verb = Flag.kebab(operation.name().replaceFirst(noun + "s?", ""));
    return new String[] {operation.path().substring(1).split("[/:]", 2)[0], verb};
  }

  private CommandSpec noun(Operation operation) {
    CommandSpec spec = CommandSpec.wrapWithoutInspection(new Noun());
    spec.mixinStandardHelpOptions(true);
    spec.usageMessage().description(escaped(comments.of(operation.method().getService())));
    ((Noun) spec.userObject()).spec = spec;
    return spec;
  }

  private static String escaped(String text) {
    return text.replace("%", "%%");
  }

  /// Called alone, a noun says what there is.
  private static final class Noun implements Callable<Integer> {
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      spec.commandLine().usage(spec.commandLine().getOut());
      return CommandFailure.USAGE;
    }
  }

  private CommandSpec verb(Operation operation) {
    Verb verb = new Verb(operation, management, printing);
    CommandSpec spec = CommandSpec.wrapWithoutInspection(verb);
    spec.mixinStandardHelpOptions(true);
    verb.spec = spec;
    spec.usageMessage().description(escaped(comments.of(operation.method())));
    spec.usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(EXIT_CODES);
    int index = 0;
    for (FieldDescriptor field : operation.pathFields()) {
      spec.addPositional(
          PositionalParamSpec.builder()
              .index(String.valueOf(index++))
              .paramLabel(field.getName().toUpperCase(Locale.ROOT))
              .description(escaped(comments.of(field)))
              .required(true)
              .type(String.class)
              .build());
    }
    Flag.of(operation).forEach(flag -> spec.addOption(flag.option(comments)));
    if (Operation.mask(operation.request()) != null) {
      spec.addOption(
          OptionSpec.builder("--clear")
              .type(List.class)
              .auxiliaryTypes(String.class)
              .splitRegex(",")
              .paramLabel("MEMBER")
              .description("Members to set back to null.")
              .build());
    }
    Beside.optionsOf(operation).forEach(spec::addOption);
    return spec;
  }

  private static final class Verb implements Callable<Integer> {
    private final Operation operation;
    private final Management management;
    private final Printing printing;
    private CommandSpec spec = CommandSpec.create();

    Verb(Operation operation, Management management, Printing printing) {
      this.operation = operation;
      this.management = management;
      this.printing = printing;
    }

    @Override
    public Integer call() {
      ParseResult parsed = spec.commandLine().getParseResult();
      Beside beside = Beside.of(parsed);
      RestCall call =
          RestCall.of(operation, members(parsed), beside.parameters(), beside.headers());
      management.call(call, beside.data(), printing.answers(operation, beside.json()));
      return 0;
    }

    private ObjectNode members(ParseResult parsed) {
      ObjectNode members = JsonNodeFactory.instance.objectNode();
      for (int i = 0; i < operation.pathFields().size(); i++) {
        members.put(operation.pathFields().get(i).getName(), parsed.matchedPositionalValue(i, ""));
      }
      for (Flag flag : Flag.of(operation)) {
        if (parsed.hasMatchedOption(flag.name())) {
          flag.put(members, parsed.matchedOption(flag.name()).getValue());
        }
      }
      parsed.matchedOptionValue("--clear", List.<String>of()).forEach(members::putNull);
      return members;
    }
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("0", "Done, under way, or waiting for a second person.");
    codes.put("1", "Failed.");
    codes.put("2", "The command or one of its values is wrong.");
    codes.put("4", "A valid token is needed.");
    codes.put("5", "There is no such thing.");
    codes.put("6", "It conflicts with what is there.");
    codes.put("7", "Not allowed.");
    codes.put("8", "A limit is reached.");
    return codes;
  }
}
