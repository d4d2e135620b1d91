package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The drawing in docs/request.md is that of the program.
class RequestPageTest {
  private static final Pattern ARROW = Pattern.compile("(\\w+) -> (\\w+)");
  private static final Pattern NAME = Pattern.compile("`([A-Z]\\w+)(?:\\.\\w+)?`");
  private static final JavaClasses PROGRAM =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.tollgate");

  @Test
  void everyArrowIsAUse() throws IOException {
    List<MatchResult> arrows =
        ARROW.matcher(page()).results().filter(each -> !each.group(1).equals("A")).toList();
    assertThat(arrows).hasSizeGreaterThan(25);
    for (MatchResult arrow : arrows) {
      String from = arrow.group(1);
      String to = arrow.group(2);
      assertThat(uses(from, to)).as("%s -> %s", from, to).isTrue();
    }
  }

  @Test
  void everyNameIsAClass() throws IOException {
    List<String> names =
        NAME.matcher(page())
            .results()
            .map(each -> each.group(1))
            .filter(name -> !name.equals("RequestPageTest"))
            .toList();
    assertThat(names).hasSizeGreaterThan(15);
    for (String name : names) {
      assertThat(PROGRAM.stream().anyMatch(each -> each.getSimpleName().equals(name)))
          .as(name)
          .isTrue();
    }
  }

  /// Whether a class of that name, or one nested in it, uses one of the other name.
  private static boolean uses(String from, String to) {
    return PROGRAM.stream()
        .filter(each -> isOrIsIn(each, from))
        .flatMap(each -> each.getDirectDependenciesFromSelf().stream())
        .anyMatch(each -> isOrIsIn(each.getTargetClass(), to));
  }

  private static boolean isOrIsIn(JavaClass each, String name) {
    return each.getSimpleName().equals(name)
        || each.getEnclosingClass().map(outer -> isOrIsIn(outer, name)).orElse(false);
  }

  private static String page() throws IOException {
    return Files.readString(TidyTest.root().resolve("docs/request.md"));
  }
}
