package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The rooms of the house, and for each rule a fixture that it bites.
class ArchitectureTest {
  private static final String ROOT = "dev.tollgate";
  private static final JavaClasses PROGRAM =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("test-classes"))
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages(ROOT);

  @Test
  void theProgramKeepsEveryRule() {
    for (Function<String, ArchRule> rule :
        List.<Function<String, ArchRule>>of(
            ArchitectureRules::messagesStayInside,
            ArchitectureRules::eachDoorKnowsItsOwn,
            ArchitectureRules::dialectsKnowJsonAlone,
            ArchitectureRules::adminKnowsNoTransport,
            ArchitectureRules::coreKnowsNoFramework,
            ArchitectureRules::coreAsksNoMachineForTimeOrChance,
            ArchitectureRules::moneyIsNeverFloating,
            ArchitectureRules::columnsAreReadByGet,
            ArchitectureRules::managementSpeaksDbClient,
            ArchitectureRules::onlyTheGuardOpensHttp2,
            ArchitectureRules::noListenerAddsAProtocol,
            ArchitectureRules::onlyAttemptsCallProviders)) {
      rule.apply(ROOT).check(PROGRAM);
    }
  }

  @Test
  void everyRoomIsThere() {
    for (String room : ArchitectureRules.ROOMS.keySet()) {
      assertThat(PROGRAM.stream().anyMatch(c -> c.getPackageName().startsWith(ROOT + "." + room)))
          .as(room)
          .isTrue();
    }
  }

  static List<Arguments> forbiddenArrows() {
    List<String> rooms = new ArrayList<>(ArchitectureRules.ROOMS.keySet());
    rooms.add("bootstrap");
    return rooms.stream()
        .sorted()
        .flatMap(
            from ->
                rooms.stream()
                    .sorted()
                    .filter(to -> !ArchitectureRules.isArrow(from, to))
                    .map(to -> Arguments.of(from, to)))
        .toList();
  }

  /// The fixture is a class of the one room with a field of a class of the other.
  @ParameterizedTest(name = "{0} -> {1}")
  @MethodSource("forbiddenArrows")
  void noArrowPointsTheWrongWay(String from, String to, @TempDir Path directory)
      throws IOException {
    ArchitectureRules.arrow(ROOT, from, to).check(PROGRAM);
    JavaClasses fixture = fixture(directory, "fixture." + from + ".One", "fixture." + to + ".Two");
    assertThatThrownBy(() -> ArchitectureRules.arrow("fixture", from, to).check(fixture))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("fixture." + to + ".Two");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "grpc", "cli", "bootstrap", "persistence", "application"})
  void theRuleOfMessagesBites(String room, @TempDir Path directory) throws IOException {
    JavaClasses fixture =
        fixture(directory, "fixture." + room + ".One", "fixture.proto.v1.CreateKeyRequest");
    assertThatThrownBy(() -> ArchitectureRules.messagesStayInside("fixture").check(fixture))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.helidon.http.Status",
        "io.grpc.Metadata",
        "io.grpc.ServerCall",
        "com.fasterxml.jackson.core.JsonFactory",
        "java.sql.Connection",
        "java.net.Socket",
        "java.net.http.HttpClient",
        "com.hazelcast.map.IMap"
      })
  void theRuleOfAdminBites(String known, @TempDir Path directory) throws IOException {
    JavaClasses fixture = fixture(directory, "fixture.admin.One", known);
    assertThatThrownBy(() -> ArchitectureRules.adminKnowsNoTransport("fixture").check(fixture))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @CsvSource({
    "fixture.http.edge.One, fixture.admin.Two",
    "fixture.http.edge.One, fixture.proto.Two",
    "fixture.http.rest.One, fixture.application.keys.Two",
    "fixture.http.rest.One, fixture.dialects.openai.Two",
    "fixture.http.server.One, fixture.dialects.openai.Two"
  })
  void theRuleOfDoorsBites(String from, String to, @TempDir Path directory) throws IOException {
    JavaClasses fixture = fixture(directory, from, to);
    assertThatThrownBy(() -> ArchitectureRules.eachDoorKnowsItsOwn("fixture").check(fixture))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.fasterxml.jackson.databind.ObjectMapper",
        "io.helidon.http.Status",
        "java.net.http.HttpClient",
        "java.sql.Connection",
        "fixture.application.inference.Two"
      })
  void theRuleOfDialectsBites(String known, @TempDir Path directory) throws IOException {
    JavaClasses fixture = fixture(directory, "fixture.dialects.openai.One", known);
    assertThatThrownBy(() -> ArchitectureRules.dialectsKnowJsonAlone("fixture").check(fixture))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"java.sql.Connection", "java.net.http.HttpClient", "java.rmi.Remote"})
  void theRuleOfTheCoreBites(String known, @TempDir Path directory) throws IOException {
    JavaClasses fixture = fixture(directory, "fixture.domain.One", known);
    assertThatThrownBy(() -> ArchitectureRules.coreKnowsNoFramework("fixture").check(fixture))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "io.helidon.webserver.http2.Http2ConnectionSelector",
        "io.helidon.webserver.grpc.GrpcRouting"
      })
  void theRuleOfHttp2Bites(String known, @TempDir Path directory) throws IOException {
    JavaClasses fixture = fixture(directory, "fixture.http.One", known);
    assertThatThrownBy(() -> ArchitectureRules.onlyTheGuardOpensHttp2("fixture").check(fixture))
        .isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"java.sql.Connection", "java.sql.ResultSet", "java.sql.PreparedStatement"})
  void theRuleOfManagementBites(String known, @TempDir Path directory) throws IOException {
    JavaClasses fixture = fixture(directory, "fixture.persistence.jobs.One", known);
    assertThatThrownBy(() -> ArchitectureRules.managementSpeaksDbClient("fixture").check(fixture))
        .isInstanceOf(AssertionError.class);
    JavaClasses budgets = fixture(directory, "fixture.persistence.ledger.PostgresBudgets", known);
    assertThatThrownBy(() -> ArchitectureRules.managementSpeaksDbClient("fixture").check(budgets))
        .hasMessageContaining("PostgresBudgets");
  }

  @Test
  void theRuleOfProtocolsBites() {
    bites("protocol", ArchitectureRules::noListenerAddsAProtocol);
  }

  private static JavaClasses fixture(Path directory, String from, String to) throws IOException {
    write(directory, to, _ -> {});
    write(
        directory, from, made -> made.withField("known", ClassDesc.of(to), ClassFile.ACC_PRIVATE));
    return new ClassFileImporter().importPath(directory);
  }

  private static void write(Path directory, String name, Consumer<ClassBuilder> members)
      throws IOException {
    Path file = directory.resolve(name.replace('.', '/') + ".class");
    Files.createDirectories(file.getParent());
    ClassFile.of().buildTo(file, ClassDesc.of(name), members);
  }

  @Test
  void theRuleAgainstFrameworksBites() {
    bites("framework", ArchitectureRules::coreKnowsNoFramework);
    bites("json", ArchitectureRules::coreKnowsNoFramework);
  }

  @Test
  void theRuleOfTimeBites() {
    bites("clock", ArchitectureRules::coreAsksNoMachineForTimeOrChance);
  }

  @Test
  void theRuleOfMoneyBites() {
    bites("floating", ArchitectureRules::moneyIsNeverFloating);
  }

  @Test
  void theRuleOfColumnsBites() {
    bites("column", ArchitectureRules::columnsAreReadByGet);
  }

  @Test
  void theRuleOfHoldsBites() {
    bites("bypass", ArchitectureRules::onlyAttemptsCallProviders);
  }

  private static void bites(String fixture, Function<String, ArchRule> rule) {
    assertThatThrownBy(() -> rule.apply(ROOT + ".fixture." + fixture).check(fixture(fixture)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("fixture." + fixture);
  }

  private static JavaClasses fixture(String name) {
    return new ClassFileImporter().importPackages(ROOT + ".fixture." + name);
  }
}
