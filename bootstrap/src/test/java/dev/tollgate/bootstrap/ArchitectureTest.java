package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

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
            ArchitectureRules::layers,
            ArchitectureRules::domainKnowsOnlyItself,
            ArchitectureRules::adaptersDoNotKnowEachOther,
            ArchitectureRules::coreKnowsNoFramework,
            ArchitectureRules::coreAsksNoMachineForTimeOrChance,
            ArchitectureRules::moneyIsNeverFloating,
            ArchitectureRules::columnsAreReadByGet,
            ArchitectureRules::onlyAttemptsCallProviders)) {
      rule.apply(ROOT).check(PROGRAM);
    }
  }

  @Test
  void everyLayerIsThere() {
    for (String layer :
        new String[] {
          "domain", "application", "http", "persistence", "providers", "cli", "bootstrap"
        }) {
      assertThat(PROGRAM.stream().filter(c -> c.getPackageName().startsWith(ROOT + "." + layer)))
          .as(layer)
          .isNotEmpty();
    }
  }

  @Test
  void theLayerRuleBites() {
    assertThatThrownBy(
            () -> ArchitectureRules.layers(ROOT + ".fixture.downward").check(fixture("downward")))
        .isInstanceOf(AssertionError.class);
    bites("downward", ArchitectureRules::domainKnowsOnlyItself);
  }

  @Test
  void theRuleOfAdaptersBites() {
    bites("sideways", ArchitectureRules::adaptersDoNotKnowEachOther);
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
