package dev.tollgate.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MethodOptions;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.TextFormat;
import dev.tollgate.proto.v1.FieldRule;
import dev.tollgate.proto.v1.Format;
import dev.tollgate.proto.v1.OptionsProto;
import dev.tollgate.proto.v1.Rule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The contract against the one that landed last: clients of the old one go on.
/// `-Dtollgate.landed=FILE` writes what is to be kept as `landed.desc`, without comments.
class CompatibilityTest {
  private static final String PACKAGE = "tollgate.admin.v1";
  private static final List<String> MOST =
      List.of("max_length", "max_items", "max", "max_key_length");
  private static final List<String> LEAST = List.of("min_length", "min_items", "min");

  @Test
  void nothingThatClientsKnowHasGone() throws IOException {
    FileDescriptorSet now = set("/tollgate/admin/v1/admin.desc");
    String record = System.getProperty("tollgate.landed");
    if (record != null) {
      Files.write(Path.of(record), landed(now).toByteArray());
    }
    FileDescriptorSet landed = set("/landed.desc");
    assertThat(facts(landed)).isNotEmpty();
    assertThat(broken(landed, now)).isEmpty();
  }

  @Test
  void whatBreaksAClientIsFound() throws IOException {
    FileDescriptorSet now = set("/tollgate/admin/v1/admin.desc");
    List<String> found = broken(now, renamed(now));
    assertThat(found).anyMatch(each -> each.contains("Project.name"));
    assertThat(found).anyMatch(each -> each.contains("ProjectService"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name required:true",
        "name max_length:99",
        "name min_length:2",
        "retention_days max:400",
        "retention_days values:7",
        "name format:FORMAT_EMAIL"
      })
  void aFieldThatTakesLessIsFound(String change) throws Exception {
    String field = change.substring(0, change.indexOf(' '));
    assertThat(ruledAnew(field, change.substring(field.length())))
        .anyMatch(each -> each.contains("UpdateProjectRequest." + field));
  }

  @Test
  void aFieldThatTakesMoreBreaksNobody() throws Exception {
    assertThat(ruledAnew("name", "min_length:1 max_length:101")).isEmpty();
    assertThat(ruledAnew("retention_days", "values:7 values:14 values:30 values:90 values:400"))
        .isEmpty();
  }

  /// What breaks when a field is given another rule.
  private static List<String> ruledAnew(String field, String rule) throws Exception {
    FileDescriptorSet now = set("/tollgate/admin/v1/admin.desc");
    FieldOptions options =
        FieldOptions.newBuilder()
            .setExtension(OptionsProto.field, TextFormat.parse(rule, FieldRule.class))
            .build();
    return broken(
        now, changed(now, file -> field(file, "UpdateProjectRequest", field).setOptions(options)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"permission:'keys.write'", "kind:KIND_JOB", "status:202", "command:'projects x'"})
  void aMethodThatIsCalledOtherwiseIsFound(String change) throws Exception {
    FileDescriptorSet now = set("/tollgate/admin/v1/admin.desc");
    FileDescriptorSet other =
        changed(
            now,
            file -> {
              MethodOptions.Builder options =
                  file.getServiceBuilder(0).getMethodBuilder(0).getOptionsBuilder();
              Rule.Builder rule = options.getExtension(OptionsProto.rule).toBuilder();
              merge(change, rule);
              options.setExtension(OptionsProto.rule, rule.build());
            });
    assertThat(broken(now, other)).anyMatch(each -> each.contains("ProjectService"));
  }

  private static void merge(String text, Rule.Builder rule) {
    try {
      TextFormat.merge(text, rule);
    } catch (TextFormat.ParseException e) {
      throw new AssertionError(e);
    }
  }

  private static FieldDescriptorProto.Builder field(
      FileDescriptorProto.Builder file, String message, String field) {
    return file.getMessageTypeBuilderList().stream()
        .filter(each -> each.getName().equals(message))
        .flatMap(each -> each.getFieldBuilderList().stream())
        .filter(each -> each.getName().equals(field))
        .findFirst()
        .orElseThrow();
  }

  private static FileDescriptorSet renamed(FileDescriptorSet set) {
    return changed(
        set,
        file -> {
          file.getServiceBuilder(0).removeMethod(0);
          field(file, "Project", "name").setName("title");
        });
  }

  /// The contract with another file of projects.
  private static FileDescriptorSet changed(
      FileDescriptorSet set, Consumer<FileDescriptorProto.Builder> change) {
    FileDescriptorSet.Builder changed = FileDescriptorSet.newBuilder();
    for (FileDescriptorProto file : set.getFileList()) {
      FileDescriptorProto.Builder copy = file.toBuilder();
      if (file.getName().endsWith("/projects.proto")) {
        change.accept(copy);
      }
      changed.addFile(copy);
    }
    return changed.build();
  }

  private static FileDescriptorSet landed(FileDescriptorSet now) {
    FileDescriptorSet.Builder kept = FileDescriptorSet.newBuilder();
    now.getFileList().stream()
        .filter(each -> each.getPackage().equals(PACKAGE))
        .sorted(Comparator.comparing(FileDescriptorProto::getName))
        .forEach(each -> kept.addFile(each.toBuilder().clearSourceCodeInfo()));
    return kept.build();
  }

  private static FileDescriptorSet set(String name) throws IOException {
    ExtensionRegistry registry = ExtensionRegistry.newInstance();
    registry.add(AnnotationsProto.http);
    OptionsProto.registerAllExtensions(registry);
    try (InputStream in = CompatibilityTest.class.getResourceAsStream(name)) {
      return FileDescriptorSet.parseFrom(Objects.requireNonNull(in, name), registry);
    }
  }

  private static List<String> broken(FileDescriptorSet before, FileDescriptorSet now) {
    Map<String, String> facts = facts(now);
    List<String> broken = new ArrayList<>();
    facts(before)
        .forEach(
            (name, fact) -> {
              if (!fact.equals(facts.get(name))) {
                broken.add(name + " was " + fact + " and is " + facts.get(name));
              }
            });
    Map<String, Map<String, FieldRule>> known = rules(before);
    rules(now)
        .forEach(
            (type, rules) -> {
              // A message that is new takes what it takes.
              Map<String, FieldRule> old = known.getOrDefault(type, rules);
              rules.forEach(
                  (field, rule) -> {
                    if (takesLess(old.getOrDefault(field, FieldRule.getDefaultInstance()), rule)) {
                      broken.add(type + "." + field + " takes less: " + rule);
                    }
                  });
            });
    return broken;
  }

  /// What each field of each message takes.
  private static Map<String, Map<String, FieldRule>> rules(FileDescriptorSet set) {
    Map<String, Map<String, FieldRule>> rules = new TreeMap<>();
    for (FileDescriptorProto file : set.getFileList()) {
      if (file.getPackage().equals(PACKAGE)) {
        file.getMessageTypeList().forEach(each -> rules(rules, each));
      }
    }
    return rules;
  }

  private static void rules(Map<String, Map<String, FieldRule>> rules, DescriptorProto type) {
    Map<String, FieldRule> own = new TreeMap<>();
    for (FieldDescriptorProto field : type.getFieldList()) {
      own.put(field.getName(), field.getOptions().getExtension(OptionsProto.field));
    }
    rules.put(type.getName(), own);
    type.getNestedTypeList().forEach(each -> rules(rules, each));
  }

  private static boolean takesLess(FieldRule before, FieldRule now) {
    boolean otherDurations =
        !now.getMaxDuration().isEmpty()
            && (before.getMaxDuration().isEmpty()
                || isLess(now.getMaxDuration(), before.getMaxDuration())
                || isLess(before.getMinDuration(), now.getMinDuration()));
    boolean otherText =
        now.getFormat() != Format.FORMAT_UNSPECIFIED && now.getFormat() != before.getFormat();
    return now.getRequired() && !before.getRequired()
        || fewer(before.getValuesList(), now.getValuesList())
        || fewer(before.getWordsList(), now.getWordsList())
        || otherDurations
        || otherText
        || MOST.stream()
            .anyMatch(
                limit -> limit(now, limit, Long.MAX_VALUE) < limit(before, limit, Long.MAX_VALUE))
        || LEAST.stream()
            .anyMatch(
                limit -> limit(now, limit, Long.MIN_VALUE) > limit(before, limit, Long.MIN_VALUE));
  }

  private static boolean fewer(List<?> before, List<?> now) {
    return !now.isEmpty() && (before.isEmpty() || !now.containsAll(before));
  }

  private static boolean isLess(String one, String other) {
    return Duration.parse(one).compareTo(Duration.parse(other)) < 0;
  }

  private static long limit(FieldRule rule, String name, long none) {
    FieldDescriptor limit = FieldRule.getDescriptor().findFieldByName(name);
    return rule.hasField(limit) ? ((Number) rule.getField(limit)).longValue() : none;
  }

  /// What a client relies on, by name.
  private static Map<String, String> facts(FileDescriptorSet set) {
    Map<String, String> facts = new TreeMap<>();
    for (FileDescriptorProto file : set.getFileList()) {
      if (file.getPackage().equals(PACKAGE)) {
        file.getMessageTypeList().forEach(each -> message(facts, each));
        file.getEnumTypeList().forEach(each -> words(facts, each));
        file.getServiceList()
            .forEach(
                service ->
                    service
                        .getMethodList()
                        .forEach(
                            method ->
                                facts.put(
                                    service.getName() + "/" + method.getName(),
                                    method.getInputType()
                                        + " "
                                        + method.getOutputType()
                                        + " "
                                        + method.getServerStreaming()
                                        + " "
                                        + method.getOptions().getExtension(AnnotationsProto.http)
                                        // Reasons may be added; clients meet unknown ones.
                                        + method
                                            .getOptions()
                                            .getExtension(OptionsProto.rule)
                                            .toBuilder()
                                            .clearErrors())));
      }
    }
    return facts;
  }

  private static void message(Map<String, String> facts, DescriptorProto type) {
    for (FieldDescriptorProto field : type.getFieldList()) {
      facts.put(
          type.getName() + "." + field.getName(),
          field.getNumber()
              + " "
              + field.getType()
              + " "
              + field.getTypeName()
              + " "
              + field.getLabel()
              + " "
              + field.getOptions().getExtension(OptionsProto.field).getSparse());
    }
    type.getNestedTypeList().forEach(each -> message(facts, each));
  }

  private static void words(Map<String, String> facts, EnumDescriptorProto type) {
    type.getValueList()
        .forEach(each -> facts.put(type.getName() + "." + each.getName(), each.getNumber() + ""));
  }
}
