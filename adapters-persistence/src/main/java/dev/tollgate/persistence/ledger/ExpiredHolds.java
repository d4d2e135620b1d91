package dev.tollgate.persistence.ledger;

import dev.tollgate.domain.ids.HoldId;
import dev.tollgate.persistence.database.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/// Finds holds whose deadline has passed while their session is silent, or passed so long ago that
/// no call can still be running, by the database's clock. The callback that is told of one has the
/// ledger expire it; that looks again, so it does no harm when two nodes find the same.
public final class ExpiredHolds implements Runnable {
  private static final int MOST = 256;

  private final Database database;
  private final Duration silence;
  private final Consumer<HoldId> found;

  public ExpiredHolds(Database database, Duration silence, Consumer<HoldId> found) {
    this.database = database;
    this.silence = silence;
    this.found = found;
  }

  @Override
  public void run() {
    List<HoldId> expired =
        database.asLedger(
            connection -> {
              List<HoldId> ids = new ArrayList<>();
              try (PreparedStatement select =
                  connection.prepareStatement(
                      "select h.id from tollgate.hold h join tollgate.writer_session w"
                          + " on w.id = h.session_id where h.deadline < tollgate.at()"
                          + " and (w.beat < tollgate.at() - make_interval(secs => ?)"
                          + " or h.deadline < tollgate.at() - interval '10 minutes')"
                          + " order by h.deadline limit "
                          + MOST)) {
                select.setLong(1, silence.toSeconds());
                try (ResultSet row = select.executeQuery()) {
                  while (row.next()) {
                    ids.add(new HoldId(row.getObject(1, UUID.class)));
                  }
                }
              }
              return ids;
            });
    expired.forEach(found);
  }
}
