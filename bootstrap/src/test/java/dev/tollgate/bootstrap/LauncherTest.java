package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Runs the tests of the launcher's scripts in the shell they are written for.
class LauncherTest {
  @Test
  void theLauncherKeepsItsPromises() throws IOException, InterruptedException {
    Path root = TidyTest.root();
    ProcessBuilder builder =
        new ProcessBuilder("sh", root.resolve("bootstrap/src/test/sh/launcher-test.sh").toString())
            .directory(root.toFile())
            .redirectErrorStream(true);
    builder.environment().put("LAUNCHER_TEST_SHELL", "sh");
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    assertThat(output.lines().filter(line -> line.startsWith("ok"))).hasSizeGreaterThan(20);
  }
}
