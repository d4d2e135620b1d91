package dev.tollgate.persistence.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.domain.inference.CallRecord;
import dev.tollgate.domain.ledger.Spill;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// Calls as JSON lines in one file of the data folder, which only its owner may read.
public final class FileSpill implements Spill {
  private static final Logger LOG = System.getLogger(FileSpill.class.getName());
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;

  public FileSpill(Path folder) {
    this.file = folder.resolve("unwritten-calls.jsonl");
  }

  @Override
  public boolean keep(List<CallRecord> calls) {
    StringBuilder lines = new StringBuilder();
    for (CallRecord call : calls) {
      lines.append(SpilledCall.write(call)).append('\n');
    }
    try {
      if (!Files.exists(file)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      }
      Files.writeString(file, lines, StandardOpenOption.APPEND, StandardOpenOption.SYNC);
      return true;
    } catch (IOException e) {
      LOG.log(Level.ERROR, "Calls could not be kept in " + file + ".", e);
      return false;
    }
  }

  @Override
  public List<CallRecord> take() {
    List<CallRecord> calls = new ArrayList<>();
    if (!Files.exists(file)) {
      return calls;
    }
    try {
      for (String line : Files.readAllLines(file)) {
        JsonNode node = JSON.readTree(line);
        calls.add(SpilledCall.read(node));
      }
    } catch (IOException | RuntimeException e) {
      // What can be read is written; the holds of the others expire.
      LOG.log(Level.ERROR, file + " cannot be read to its end.", e);
    }
    LOG.log(Level.INFO, "Calls of an earlier run that are written now: {0}.", calls.size());
    return calls;
  }

  @Override
  public void written() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      LOG.log(Level.WARNING, file + " cannot be deleted.", e);
    }
  }
}
