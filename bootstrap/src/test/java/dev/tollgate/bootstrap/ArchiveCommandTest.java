package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.YearMonth;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ArchiveCommandTest {
  private @TempDir Path folder;

  private void archive(String before) {
    ArchiveCommand command = new ArchiveCommand();
    new CommandLine(command).parseArgs("--to", folder + "/to", "--before", before);
    command.call();
  }

  @Test
  void aMonthThatIsStillWrittenStays() {
    YearMonth next = YearMonth.now(ZoneOffset.UTC).plusMonths(1);
    assertThatThrownBy(() -> archive(next.toString()))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("--before must not be after");
    assertThatThrownBy(() -> archive("2025")).hasMessageContaining("such as 2025-01, not 2025");
    assertThat(folder.resolve("to")).doesNotExist();
  }
}
