package dev.tollgate.persistence.ledger;

import static dev.tollgate.persistence.ledger.PostgresLedgerVerifier.MOST;

import dev.tollgate.domain.ledger.LedgerVerifier.Violation;
import dev.tollgate.persistence.ledger.PostgresLedgerVerifier.Entries;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/// The hash chains over the batches of each session, which belong to all tenants.
final class HashChains {
  private static final String CHAIN =
      "select b.session_id, b.batch, b.head, b.entries, b.archived, e.digests,"
          + " coalesce(e.entries, 0) as found"
          + " from tollgate.ledger_batch b left join (select session_id, batch,"
          + " count(*)::int as entries, string_agg(digest, ''::bytea order by case kind"
          + " when 1 then 0 when 0 then 1 else 2 end, hold_id, n) as digests"
          + " from tollgate.entry e group by session_id, batch) e"
          + " on e.session_id = b.session_id and e.batch = b.batch"
          + " order by b.session_id, b.batch";

  private HashChains() {}

  static void check(Connection connection, Entries entries, List<Violation> found)
      throws SQLException {
    chain(connection, entries.of(CHAIN), found);
    anchors(connection, found);
    tails(connection, found);
  }

  /// Recomputes the chain of every session: each head covers the one before it and the digests of
  /// its batch's entries.
  private static void chain(Connection connection, String sql, List<Violation> found)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(sql)) {
      select.setFetchSize(1_000);
      try (ResultSet row = select.executeQuery()) {
        long session = -1;
        byte[] head = new byte[0];
        while (row.next() && found.size() < 10 * MOST) {
          if (row.getLong("session_id") != session) {
            session = row.getLong("session_id");
            head = new byte[0];
          }
          byte[] digests = row.getBytes("digests");
          byte[] kept = row.getBytes("head");
          int archived = row.getInt("archived");
          // The digests of what has left are in the archive alone.
          byte[] expected =
              archived > 0 ? kept : hash(head, digests == null ? new byte[0] : digests);
          if (row.getInt("entries") != row.getInt("found") + archived
              || !Arrays.equals(kept, expected)) {
            found.add(
                new Violation(
                    "chain_broken",
                    "batch " + row.getLong("batch") + " of session " + session,
                    row.getInt("found") + archived + " entries of " + row.getInt("entries")));
          }
          head = kept;
        }
      }
    }
  }

  /// Heads that were noted apart must still be those of the chain.
  private static void anchors(Connection connection, List<Violation> found) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                "select a.session_id, a.batch from tollgate.ledger_anchor a"
                    + " left join tollgate.ledger_batch b on b.session_id = a.session_id"
                    + " and b.batch = a.batch where a.head is distinct from b.head limit "
                    + MOST);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.add(
            new Violation(
                "anchor_broken",
                "batch " + row.getLong(2) + " of session " + row.getLong(1),
                "the chain was rewritten"));
      }
    }
  }

  /// The head that a session goes on from must be that of its last batch: a chain that was cut off
  /// at its end is sound up to there.
  private static void tails(Connection connection, List<Violation> found) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                "select w.id from tollgate.writer_session w where w.head <> coalesce((select b.head"
                    + " from tollgate.ledger_batch b where b.session_id = w.id"
                    + " order by b.batch desc limit 1), '') limit "
                    + MOST);
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.add(
            new Violation(
                "tail_missing", "session " + row.getLong(1), "its last batches are gone"));
      }
    }
  }

  private static byte[] hash(byte[] head, byte[] digests) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(head);
      return digest.digest(digests);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is not available", e);
    }
  }
}
