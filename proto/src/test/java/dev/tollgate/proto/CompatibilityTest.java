package dev.tollgate.proto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.api.AnnotationsProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.ExtensionRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The contract against the one that landed last: clients of the old one go on.
/// `-Dtollgate.landed=FILE` writes what is to be kept as `landed.desc`, without comments.
class CompatibilityTest {
  private static final String PACKAGE = "tollgate.admin.v1";

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

  private static FileDescriptorSet renamed(FileDescriptorSet set) {
    FileDescriptorSet.Builder changed = FileDescriptorSet.newBuilder();
    for (FileDescriptorProto file : set.getFileList()) {
      FileDescriptorProto.Builder copy = file.toBuilder();
      if (file.getName().endsWith("/projects.proto")) {
        copy.getServiceBuilder(0).removeMethod(0);
        copy.getMessageTypeBuilderList().stream()
            .filter(each -> each.getName().equals("Project"))
            .forEach(each -> each.getFieldBuilder(1).setName("title"));
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
    return broken;
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
                                        + method
                                            .getOptions()
                                            .getExtension(AnnotationsProto.http))));
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
              + field.getLabel());
    }
    type.getNestedTypeList().forEach(each -> message(facts, each));
  }

  private static void words(Map<String, String> facts, EnumDescriptorProto type) {
    type.getValueList()
        .forEach(each -> facts.put(type.getName() + "." + each.getName(), each.getNumber() + ""));
  }
}
