package dev.tollgate.bootstrap;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.UUID;

/// The rules of the rooms, for any root package, so that each can be shown to bite a fixture.
final class ArchitectureRules {
  private ArchitectureRules() {}

  /// Who may know whom. An empty layer fails, so a misspelt package is noticed.
  static ArchRule layers(String root) {
    return layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage(root + "..")
        .layer("domain")
        .definedBy(root + ".domain..")
        .layer("application")
        .definedBy(root + ".application..")
        .layer("http")
        .definedBy(root + ".http..")
        .layer("persistence")
        .definedBy(root + ".persistence..")
        .layer("providers")
        .definedBy(root + ".providers..")
        .layer("cli")
        .definedBy(root + ".cli..")
        .layer("bootstrap")
        .definedBy(root + ".bootstrap..")
        .whereLayer("bootstrap")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("cli")
        .mayOnlyBeAccessedByLayers("bootstrap")
        .whereLayer("http")
        .mayOnlyBeAccessedByLayers("bootstrap")
        .whereLayer("persistence")
        .mayOnlyBeAccessedByLayers("bootstrap")
        .whereLayer("providers")
        .mayOnlyBeAccessedByLayers("bootstrap")
        .whereLayer("application")
        .mayOnlyBeAccessedByLayers("http", "persistence", "providers", "bootstrap")
        .whereLayer("domain")
        .mayOnlyBeAccessedByLayers("application", "http", "persistence", "providers", "bootstrap");
  }

  static ArchRule domainKnowsOnlyItself(String root) {
    return noClasses()
        .that()
        .resideInAPackage(root + ".domain..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(root + ".application..");
  }

  static ArchRule adaptersDoNotKnowEachOther(String root) {
    return slices()
        .matching(root + ".(http|grpc|persistence|providers|cli)..")
        .should()
        .notDependOnEachOther();
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
            "java..",
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
}
