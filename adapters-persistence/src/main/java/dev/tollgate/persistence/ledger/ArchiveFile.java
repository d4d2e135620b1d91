package dev.tollgate.persistence.ledger;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// One month of entries in a folder: a file of JSON lines, one entry each as it stands in the
/// database, and a manifest beside it. Only its owner may read what is made.
record ArchiveFile(Path folder, YearMonth month) {
  private static final int LINES_AT_ONCE = 1_000;

  private static final FileAttribute<?> ONLY_OWNER =
      PosixFilePermissions.asFileAttribute(
          Set.copyOf(PosixFilePermissions.fromString("rw-------")));

  Path lines() {
    return folder.resolve("entries-" + month + ".jsonl");
  }

  Path manifest() {
    return folder.resolve("entries-" + month + ".json");
  }

  /// Writes what a query finds, a line for each row, whole or not at all.
  ///
  /// @return the SHA-256 of the file
  byte[] write(Connection connection, String query) throws SQLException, IOException {
    MessageDigest digest = sha256();
    Path draft = Files.createTempFile(folder, ".draft", ".tmp", ONLY_OWNER);
    try (PreparedStatement select = connection.prepareStatement(query)) {
      select.setFetchSize(LINES_AT_ONCE);
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE);
          BufferedWriter out =
              new BufferedWriter(
                  new OutputStreamWriter(
                      new DigestOutputStream(Channels.newOutputStream(channel), digest),
                      StandardCharsets.UTF_8));
          ResultSet row = select.executeQuery()) {
        while (row.next()) {
          out.write(row.getString(1));
          out.write('\n');
        }
        out.flush();
        channel.force(true);
      }
      publish(draft, lines());
    } finally {
      Files.deleteIfExists(draft);
    }
    return digest.digest();
  }

  void writeManifest(String text) throws IOException {
    Path draft = Files.createTempFile(folder, ".draft", ".tmp", ONLY_OWNER);
    try {
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        channel.write(StandardCharsets.UTF_8.encode(text + "\n"));
        channel.force(true);
      }
      publish(draft, manifest());
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private void publish(Path draft, Path file) throws IOException {
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /// Reads every line into a table with the columns of `tollgate.entry`.
  ///
  /// @return the SHA-256 of the file
  byte[] read(Connection connection, String table) throws SQLException, IOException {
    MessageDigest digest = sha256();
    try (BufferedReader in =
            new BufferedReader(
                new InputStreamReader(
                    new DigestInputStream(Files.newInputStream(lines()), digest),
                    StandardCharsets.UTF_8));
        PreparedStatement insert =
            connection.prepareStatement(
                "insert into "
                    + table
                    + " select e.* from unnest(?::text[]) line"
                    + " cross join lateral jsonb_populate_record(null::tollgate.entry, line::jsonb) e")) {
      List<String> some = new ArrayList<>();
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        some.add(line);
        if (some.size() == LINES_AT_ONCE) {
          insert(insert, some);
        }
      }
      insert(insert, some);
    }
    return digest.digest();
  }

  private static void insert(PreparedStatement insert, List<String> lines) throws SQLException {
    insert.setArray(1, insert.getConnection().createArrayOf("text", lines.toArray()));
    insert.executeUpdate();
    lines.clear();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not available", e);
    }
  }
}
