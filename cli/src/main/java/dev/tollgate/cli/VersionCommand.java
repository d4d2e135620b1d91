package dev.tollgate.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The command `version`, for those who do not think of `--version`.
@Command(name = "version", description = "Says which version this is.")
public final class VersionCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    if (spec != null) {
      spec.commandLine().getOut().println("tollgate " + ManifestVersion.text());
    }
    return 0;
  }
}
