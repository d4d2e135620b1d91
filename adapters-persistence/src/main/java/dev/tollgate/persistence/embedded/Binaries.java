package dev.tollgate.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The programs of PostgreSQL in their folder. They are run at every start, by root too, so nobody
/// else may change them. The library that unpacks them lets everybody.
record Binaries(Path folder) {
  private static final Set<PosixFilePermission> CHANGEABLE =
      Set.of(PosixFilePermission.OTHERS_WRITE, PosixFilePermission.GROUP_WRITE);

  /// The folder for all of PostgreSQL, made for its owner alone unless it runs as another user.
  ///
  /// @throws IllegalStateException when programs that are there already can be changed by others
  static Binaries in(Path postgres) throws IOException {
    boolean nobodyEnters = System.getenv("TOLLGATE_POSTGRES_UID") == null;
    if (!Files.exists(postgres)) {
      Files.createDirectories(postgres);
      Files.setPosixFilePermissions(
          postgres, PosixFilePermissions.fromString(nobodyEnters ? "rwx------" : "rwx--x--x"));
    }
    Path log = postgres.resolve("postgres.log");
    if (!Files.exists(log)) {
      Files.createFile(
          log, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Binaries binaries = new Binaries(postgres.resolve("binaries"));
    if (Files.exists(binaries.folder)) {
      binaries.check();
    }
    return binaries;
  }

  private void check() throws IOException {
    Object owner = Files.getAttribute(folder.getParent(), "unix:uid");
    for (Path file : all()) {
      Set<PosixFilePermission> granted = Files.getPosixFilePermissions(file);
      boolean changeable =
          granted.contains(PosixFilePermission.OTHERS_WRITE)
              || granted.contains(PosixFilePermission.GROUP_WRITE);
      if (changeable || !Files.getAttribute(file, "unix:uid").equals(owner)) {
        throw new IllegalStateException(
            "other users can change its programs ("
                + file
                + "). Delete the folder "
                + folder
                + "; the next start unpacks them again");
      }
    }
  }

  /// Takes away what the library has granted.
  void close() throws IOException {
    for (Path file : all()) {
      Set<PosixFilePermission> kept = new HashSet<>(Files.getPosixFilePermissions(file));
      if (kept.removeAll(CHANGEABLE)) {
        Files.setPosixFilePermissions(file, kept);
      }
    }
  }

  private List<Path> all() throws IOException {
    if (!Files.exists(folder)) {
      // Unpacked elsewhere by this process before.
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(
              file -> !Files.isSymbolicLink(file) && Files.exists(file, LinkOption.NOFOLLOW_LINKS))
          .toList();
    }
  }
}
