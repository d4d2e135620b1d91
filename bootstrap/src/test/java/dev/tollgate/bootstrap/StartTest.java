package dev.tollgate.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a start refuses, and what it leaves behind.
class StartTest {
  private @TempDir Path temporary;

  @Test
  void aFolderIsItsOwnersAloneAndItsKeysAreNotReplaced() throws Exception {
    Path data = temporary.resolve("data ż");
    TestingGateway.start(data).close();
    Path keys = data.resolve("master.keys");

    assertThat(mode(data)).isEqualTo("rwx------");
    assertThat(mode(data.resolve("postgres"))).isEqualTo("rwx------");
    for (Path secret :
        List.of(
            keys,
            data.resolve("dev.env"),
            data.resolve("postgres/passwords"),
            data.resolve("postgres/postgres.log"))) {
      assertThat(mode(secret)).as(secret.toString()).isEqualTo("rw-------");
    }
    String kept = Files.readString(keys);
    Files.delete(keys);
    assertThatThrownBy(() -> TestingGateway.start(data))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("master.keys is missing")
        .hasMessageContaining("Restore it from a backup");
    assertThat(keys).doesNotExist();

    MasterKeys.of(keys, new SecureRandom());
    assertThatThrownBy(() -> TestingGateway.start(data))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("not those that this database was filled under");
    assertThat(data.resolve("postgres/data/postmaster.pid")).doesNotExist();

    Files.writeString(keys, kept);
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> TestingGateway.start(data))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("chmod 600");

    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
    Path program = data.resolve("postgres/binaries");
    Files.createDirectories(program);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> TestingGateway.start(data))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("other users can change its programs")
        .hasMessageContaining("Delete the folder");

    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    TestingGateway.start(data).close();
  }

  /// A database of before there was a check value: its credentials tell.
  @Test
  void keysThatOpenNoCredentialAreNotTakenForThoseOfTheDatabase() throws Exception {
    Path data = temporary.resolve("older");
    Path keys = data.resolve("master.keys");
    TestingGateway older = TestingGateway.start(data);
    older.newModel("openai", "http://127.0.0.1:9");
    older.sql("delete from tollgate.key_check");
    older.close();
    String kept = Files.readString(keys);
    Files.delete(keys);
    MasterKeys.of(keys, new SecureRandom());

    assertThatThrownBy(() -> TestingGateway.start(data))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("not those that this database was filled under");

    Files.writeString(keys, kept);
    TestingGateway.start(data).close();
    Files.delete(keys);
    MasterKeys.of(keys, new SecureRandom());
    assertThatThrownBy(() -> TestingGateway.start(data)).isInstanceOf(StartFailure.class);
  }

  /// The reason is shown, and nothing is left running.
  @Test
  void aDatabaseThatDoesNotStartSaysWhy() throws Exception {
    Path data = temporary.resolve("broken");
    TestingGateway.start(data).close();
    Path settings = data.resolve("postgres/data/postgresql.auto.conf");
    Files.writeString(settings, "shared_buffers = 'nonsense'\n");

    assertThatThrownBy(() -> TestingGateway.start(data))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("nonsense")
        .hasMessageContaining("postgres.log");

    assertThat(processesOf(data)).isEmpty();
  }

  @Test
  void aFolderThatOthersCanChangeIsRefused() throws Exception {
    Path data = temporary.resolve("shared");
    Files.createDirectory(data);
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> DataFolder.open(data))
        .isInstanceOf(StartFailure.class)
        .hasMessageContaining("can be changed by other users")
        .hasMessageContaining("chmod 700");

    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    DataFolder.open(data).close();
    assertThat(mode(data)).isEqualTo("rwx------");
    assertThat(mode(data.resolve("lock"))).isEqualTo("rw-------");
  }

  @Test
  void aPortThatAnotherProgramTookMeanwhileEndsTheStart() throws Exception {
    Path data = temporary.resolve("port");
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> TestingGateway.start(data, other.getLocalPort()))
          .isInstanceOf(StartFailure.class)
          .hasMessageContaining("The port " + other.getLocalPort() + " (calls)")
          .hasMessageContaining("another program listens there");
    }
    assertThat(processesOf(data)).isEmpty();
  }

  @Test
  void aFolderThatIsRemovedMeanwhileLeavesNothingRunning() {
    Path data = temporary.resolve("removed");
    TestingGateway gateway = TestingGateway.start(data);
    assertThat(processesOf(data)).isNotEmpty();
    assertThat(data.toFile().renameTo(temporary.resolve("elsewhere").toFile())).isTrue();

    gateway.close();

    assertThat(processesOf(data)).isEmpty();
  }

  private static List<ProcessHandle> processesOf(Path folder) {
    return ProcessHandle.allProcesses()
        .filter(each -> each.info().commandLine().orElse("").contains(folder.toString()))
        .toList();
  }

  private static String mode(Path file) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
