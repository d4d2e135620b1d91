package dev.tollgate.bootstrap;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Files and folders that only their owner may read.
final class PrivateFiles {
  private static final Set<PosixFilePermission> ONLY_OWNER =
      PosixFilePermissions.fromString("rw-------");

  private static final Integer ROOT = 0;

  private PrivateFiles() {}

  /// Writes a file whole or not at all.
  static void write(Path file, String text) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Path draft =
        Files.createTempFile(
            folder, ".draft", ".tmp", PosixFilePermissions.asFileAttribute(ONLY_OWNER));
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      channel.write(StandardCharsets.UTF_8.encode(text));
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /// Why a file that holds a secret cannot be trusted, with the cure; empty when it can. It must be
  /// this user's or root's, and nobody else may read or change it. One of root's that another user
  /// runs with, as orchestrators mount them, may be readable by its group.
  static String fault(Path file) throws IOException {
    Set<PosixFilePermission> granted = Files.getPosixFilePermissions(file);
    String stranger = ofAnotherUser(file);
    if (!stranger.isEmpty()) {
      return stranger;
    }
    boolean open =
        granted.contains(PosixFilePermission.OTHERS_READ)
            || granted.contains(PosixFilePermission.OTHERS_WRITE)
            || granted.contains(PosixFilePermission.GROUP_WRITE)
            || granted.contains(PosixFilePermission.GROUP_READ)
                && Files.getAttribute(file, "unix:uid").equals(self());
    return open ? "can be read or changed by other users. Run: chmod 600 " + Shell.word(file) : "";
  }

  /// Why a folder of secrets cannot be trusted, with the cure; empty when it can: others could have
  /// put something there.
  static String folderFault(Path folder) throws IOException {
    Set<PosixFilePermission> granted = Files.getPosixFilePermissions(folder);
    String stranger = ofAnotherUser(folder);
    if (!stranger.isEmpty()) {
      return stranger;
    }
    return granted.contains(PosixFilePermission.OTHERS_WRITE)
            || granted.contains(PosixFilePermission.GROUP_WRITE)
        ? "can be changed by other users. Look whether it holds what you know, and run: chmod 700 "
            + Shell.word(folder)
        : "";
  }

  /// That it is neither this user's nor root's, with the cure; empty when it is one's of them.
  private static String ofAnotherUser(Path path) throws IOException {
    Object owner = Files.getAttribute(path, "unix:uid");
    Object self = self();
    return owner.equals(self) || owner.equals(ROOT)
        ? ""
        : "belongs to another user. Run: chown -R " + self + " " + Shell.word(path);
  }

  /// The number of the user that this process runs as: the owner of what it makes.
  private static Object self() throws IOException {
    Path made = Files.createTempFile("tollgate", ".tmp");
    try {
      return Files.getAttribute(made, "unix:uid");
    } finally {
      Files.delete(made);
    }
  }
}
