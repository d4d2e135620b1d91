package dev.tollgate.bootstrap;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The folder of a `dev` gateway, for this process alone.
final class DataFolder implements AutoCloseable {
  private final Path folder;
  private final FileChannel channel;

  private DataFolder(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /// @throws StartFailure when it cannot be written to or another process uses it
  static DataFolder open(Path data) {
    Path folder = data.toAbsolutePath().normalize();
    try {
      Files.createDirectories(folder);
      String fault = PrivateFiles.folderFault(folder);
      if (!fault.isEmpty()) {
        throw new StartFailure("The data folder " + data + " " + fault, null);
      }
      // PostgreSQL runs as another user where root may not run it.
      boolean nobodyEnters = System.getenv("TOLLGATE_POSTGRES_UID") == null;
      Files.setPosixFilePermissions(
          folder, PosixFilePermissions.fromString(nobodyEnters ? "rwx------" : "rwx--x--x"));
      FileChannel channel =
          FileChannel.open(
              folder.resolve("lock"),
              Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      if (tryLock(channel) == null) {
        channel.close();
        throw new StartFailure(
            "Another Tollgate uses the folder "
                + data
                + ". Stop it, or name another folder with"
                + " --data.",
            null);
      }
      return new DataFolder(folder, channel);
    } catch (IOException e) {
      throw new StartFailure(
          "The data folder "
              + data
              + " cannot be written to ("
              + e.getMessage()
              + "). Name another with --data.",
          e);
    }
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The process is about to end, and the lock with it.
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }
}
