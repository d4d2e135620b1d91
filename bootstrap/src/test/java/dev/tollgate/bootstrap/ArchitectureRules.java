package dev.tollgate.bootstrap;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/// The rules of the rooms, for any root package, so that each can be shown to bite a fixture.
final class ArchitectureRules {
  private ArchitectureRules() {}

  /// What each room may know beside itself. The bootstrap may know all.
  static final Map<String, Set<String>> ROOMS =
      Map.ofEntries(
          Map.entry("domain", Set.of()),
          Map.entry("proto", Set.of()),
          Map.entry("application", Set.of("domain")),
          Map.entry("admin", Set.of("proto", "application", "domain")),
          Map.entry("http", Set.of("admin", "proto", "application", "dialects", "domain")),
          Map.entry("grpc", Set.of("admin", "proto", "domain")),
          Map.entry("persistence", Set.of("domain")),
          Map.entry("dialects", Set.of("domain")),
          Map.entry("providers", Set.of("dialects", "domain")),
          Map.entry("simulated", Set.of("dialects", "domain")),
          Map.entry("cli", Set.of("proto")));

  /// Whether a room may know another.
  static boolean isArrow(String from, String to) {
    return from.equals(to)
        || from.equals("bootstrap")
        || ROOMS.getOrDefault(from, Set.of()).contains(to);
  }

  /// No arrow from a room to one that it may not know.
  static ArchRule arrow(String root, String from, String to) {
    return noClasses()
        .that()
        .resideInAPackage(root + "." + from + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(root + "." + to + "..");
  }

  /// Within `http`, calls know the use cases and the dialects, and management knows what carries
  /// out the contract; neither knows the other's.
  static ArchRule eachDoorKnowsItsOwn(String root) {
    return CompositeArchRule.of(
            noClasses()
                .that()
                .resideInAPackage(root + ".http.edge..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(root + ".admin..", root + ".proto.."))
        .and(
            noClasses()
                .that()
                .resideInAPackage(root + ".http.rest..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(root + ".application.."))
        .and(
            noClasses()
                .that()
                .resideInAPackage(root + ".http..")
                .and()
                .resideOutsideOfPackage(root + ".http.edge..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(root + ".dialects.."));
  }

  /// A dialect is text: it is read and written with jackson-core, and nobody is asked for anything.
  static ArchRule dialectsKnowJsonAlone(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + ".dialects..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            root + ".dialects..",
            root + ".domain..",
            "com.fasterxml.jackson.core..",
            "java.io..",
            "java.lang..",
            "java.math..",
            "java.nio..",
            "java.time..",
            "java.util..",
            "org.jspecify..");
  }

  /// Messages stop where they are mapped: only the contract and what carries it out name them.
  static ArchRule messagesStayInside(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .and()
        .resideOutsideOfPackages(root + ".proto..", root + ".admin..", root + ".http.console..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(root + ".proto.v1..");
  }

  /// What carries out the contract knows no transport, no JSON and no SQL.
  static ArchRule adminKnowsNoTransport(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + ".admin..")
        .should()
        .dependOnClassesThat(
            JavaClass.Predicates.resideOutsideOfPackages(
                    root + ".admin..",
                    root + ".proto..",
                    root + ".application..",
                    root + ".domain..",
                    "java.lang..",
                    "java.util..",
                    "java.time..",
                    "java.nio..",
                    "java.math..",
                    "java.io..",
                    "java.security..",
                    "com.google.protobuf..",
                    "org.jspecify..")
                .and(DescribedPredicate.not(named("java.net.URI")))
                .and(DescribedPredicate.not(named("io.grpc.MethodDescriptor"))));
  }

  /// The class itself, and what is nested in it or named after it.
  private static DescribedPredicate<JavaClass> named(String name) {
    return DescribedPredicate.describe(
        name, each -> each.getFullName().matches(name.replace(".", "\\.") + "(Syntax.*|\\$.*)?"));
  }

  static ArchRule coreKnowsNoFramework(String root) {
    return noClasses()
        .that()
        .resideInAnyPackage(root + ".domain..", root + ".application..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            root + ".domain..",
            root + ".application..",
            "java.io..",
            "java.lang..",
            "java.math..",
            "java.net",
            "java.nio..",
            "java.security..",
            "java.text..",
            "java.time..",
            "java.util..",
            "javax.crypto..",
            "org.jspecify..");
  }

  static ArchRule coreAsksNoMachineForTimeOrChance(String root) {
    String[] core = {root + ".domain..", root + ".application.."};
    return CompositeArchRule.of(
            noClasses()
                .that()
                .resideInAnyPackage(core)
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDate.class, "now")
                .orShould()
                .callMethod(LocalDateTime.class, "now"))
        .and(
            noClasses()
                .that()
                .resideInAnyPackage(core)
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(Math.class, "random"));
  }

  static ArchRule moneyIsNeverFloating(String root) {
    String[] near = {
      root + ".domain..", root + ".application..", root + ".persistence..", root + ".http.."
    };
    ArchRule noField =
        fields()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(near)
            .should()
            .notHaveRawType(double.class)
            .andShould()
            .notHaveRawType(float.class);
    ArchRule noResult =
        methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(near)
            .should()
            .notHaveRawReturnType(double.class)
            .andShould()
            .notHaveRawReturnType(float.class)
            .allowEmptyShould(true);
    return CompositeArchRule.of(noField).and(noResult);
  }

  /// Whatever reaches a provider has its hold: only the class that takes holds may send.
  static ArchRule onlyAttemptsCallProviders(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .and()
        .doNotHaveFullyQualifiedName("dev.tollgate.application.inference.Attempts")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "send to a model provider",
                call ->
                    call.getTargetOwner()
                            .isAssignableTo("dev.tollgate.domain.inference.ModelProvider")
                        && call.getName().equals("send")));
  }

  static ArchRule columnsAreReadByGet(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + ".persistence..")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "a conversion of DbColumn",
                call ->
                    call.getTargetOwner().isAssignableTo("io.helidon.common.mapper.Value")
                        && call.getName().startsWith("as")));
  }

  /// Management asks the database by DbClient. JDBC is for the ledger's writer and what a call
  /// reads, and for the operator who founds a gateway.
  static ArchRule managementSpeaksDbClient(String root) {
    String[] management = {
      "audit", "catalog", "jobs", "keys", "notifications", "reporting", "tenancy"
    };
    return noClasses()
        .that()
        .resideInAnyPackage(
            Stream.of(management)
                .map(each -> root + ".persistence." + each + "..")
                .toArray(String[]::new))
        .and(DescribedPredicate.not(named("dev.tollgate.persistence.keys.CachedKeyDirectory")))
        .and(DescribedPredicate.not(named("dev.tollgate.persistence.tenancy.Founding")))
        .or(named(root + ".persistence.ledger.PostgresBudgets"))
        .should()
        .dependOnClassesThat()
        .belongToAnyOf(Connection.class, Statement.class, PreparedStatement.class, ResultSet.class);
  }

  /// Helidon's HTTP/2 trusts its callers, so only the guard of gRPC may open it.
  static ArchRule onlyTheGuardOpensHttp2(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .and()
        .resideOutsideOfPackage(root + ".grpc.helidon..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.helidon.webserver.http2..", "io.helidon.webserver.grpc..");
  }

  /// A listener that offers a protocol of its own accord offers what no guard has seen.
  static ArchRule noListenerAddsAProtocol(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + "..")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "addProtocol of a listener",
                call ->
                    call.getTargetOwner().getPackageName().startsWith("io.helidon.webserver")
                        && (call.getName().equals("addProtocol")
                            || call.getName().equals("protocols"))));
  }
}
