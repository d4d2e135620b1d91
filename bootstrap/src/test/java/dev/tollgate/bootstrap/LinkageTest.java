package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Helidon comes in several versions here (docs/decisions/0002). This resolves every class, method
/// and field that a Helidon jar or our own classes refer to against the class path, as the JVM
/// would.
class LinkageTest {
  /// The one reference that does not resolve; an architecture rule keeps us from reaching it.
  private static final String KNOWN =
      "io/helidon/dbclient/DbColumnBase -> io/helidon/common/mapper/Value.create";

  private final Map<String, Parsed> classes = new HashMap<>();
  private final List<ClassModel> checked = new ArrayList<>();

  private record Parsed(
      @Nullable String superclass, List<String> interfaces, Set<String> members) {}

  @Test
  void everyReferenceResolves() throws IOException {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    for (String entry : path.split(File.pathSeparator, -1)) {
      load(Path.of(entry));
    }
    Set<String> missing = new TreeSet<>();
    int references = 0;
    for (ClassModel model : checked) {
      for (PoolEntry entry : model.constantPool()) {
        references++;
        check(model.thisClass().asInternalName(), entry, missing);
      }
    }
    assertThat(references).isGreaterThan(50_000);
    assertThat(missing).allMatch(each -> each.startsWith(KNOWN));
  }

  private void load(Path entry) throws IOException {
    String name = entry.getFileName().toString();
    boolean check = name.startsWith("helidon-") || entry.toString().contains("target/classes");
    if (Files.isDirectory(entry)) {
      try (Stream<Path> files = Files.walk(entry)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
          add(Files.readAllBytes(file), check);
        }
      }
    } else if (name.endsWith(".jar")) {
      try (JarFile jar = new JarFile(entry.toFile())) {
        jar.stream()
            .filter(each -> each.getName().endsWith(".class"))
            .filter(each -> !each.getName().startsWith("META-INF/"))
            .forEach(each -> add(bytes(jar, each), check));
      }
    }
  }

  private static byte[] bytes(JarFile jar, JarEntry entry) {
    try (InputStream in = jar.getInputStream(entry)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(byte[] bytes, boolean check) {
    ClassModel model = ClassFile.of().parse(bytes);
    if (model.isModuleInfo()) {
      return;
    }
    Set<String> members = new HashSet<>();
    model
        .methods()
        .forEach(m -> members.add(m.methodName().stringValue() + m.methodType().stringValue()));
    model
        .fields()
        .forEach(f -> members.add(f.fieldName().stringValue() + f.fieldType().stringValue()));
    classes.putIfAbsent(
        model.thisClass().asInternalName(),
        new Parsed(
            model.superclass().map(ClassEntry::asInternalName).orElse(null),
            model.interfaces().stream().map(ClassEntry::asInternalName).toList(),
            members));
    if (check) {
      checked.add(model);
    }
  }

  private void check(String from, PoolEntry entry, Set<String> missing) {
    switch (entry) {
      case MemberRefEntry member -> {
        String owner = member.owner().asInternalName();
        String signature = member.name().stringValue() + member.type().stringValue();
        if (isOurs(owner) && !resolves(owner, signature)) {
          missing.add(from + " -> " + owner + "." + signature);
        }
      }
      case ClassEntry reference -> {
        String name = reference.asInternalName();
        if (isOurs(name) && !classes.containsKey(name)) {
          missing.add(from + " -> " + name);
        }
      }
      default -> {
        // Constants refer to nothing.
      }
    }
  }

  /// References to optional libraries that are not on the class path are not followed.
  private static boolean isOurs(String name) {
    return name.startsWith("io/helidon/") || name.startsWith("dev/tollgate/");
  }

  private boolean resolves(String owner, String signature) {
    Deque<String> left = new ArrayDeque<>(List.of(owner));
    while (!left.isEmpty()) {
      Parsed parsed = classes.get(left.poll());
      if (parsed == null) {
        // A class of the JDK or of a library; what it declares is not in question.
        return true;
      }
      if (parsed.members().contains(signature)) {
        return true;
      }
      if (parsed.superclass() != null && !parsed.superclass().equals("java/lang/Object")) {
        left.add(parsed.superclass());
      }
      left.addAll(parsed.interfaces());
    }
    return isOfObject(signature);
  }

  private static boolean isOfObject(String signature) {
    return Stream.of(Object.class.getDeclaredMethods())
        .anyMatch(method -> signature.startsWith(method.getName() + "("));
  }
}
