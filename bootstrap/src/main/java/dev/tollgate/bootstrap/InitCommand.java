package dev.tollgate.bootstrap;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./tollgate init`: makes the master keys that all nodes share.
@Command(
    name = "init",
    description =
        "Makes the master keys of a new installation. Keep them safe: without them neither virtual"
            + " keys nor provider credentials can be used.")
final class InitCommand implements Callable<Integer> {
  @Option(
      names = "--keys",
      required = true,
      paramLabel = "FILE",
      description = "Where to write them; a file that exists is left alone.")
  private Path keys = Path.of("master.keys");

  @Override
  public Integer call() {
    if (Files.exists(keys)) {
      throw new StartFailure(keys + " exists already; it was not touched.", null);
    }
    Path folder = keys.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new StartFailure(
          "There is no folder " + folder + ". Make it first: mkdir -p " + folder, null);
    }
    MasterKeys.of(keys, new SecureRandom());
    System.out.println("Master keys written to " + keys + ". Give every node the same file.");
    return 0;
  }
}
