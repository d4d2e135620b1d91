package dev.tollgate.persistence.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The ids of dimensions, as far as this node has seen them. They never change, so a node asks for
/// each once, in a statement of its own.
final class Dimensions {
  private static final int MOST = 200_000;

  private final Map<Dimension, Long> known = new HashMap<>();

  /// Learns what is not known yet.
  void learn(Connection connection, Layouts layouts, Collection<Dimension> wanted)
      throws SQLException {
    Set<Dimension> unknown = new LinkedHashSet<>();
    for (Dimension each : wanted) {
      if (!known.containsKey(each)) {
        unknown.add(each);
      }
    }
    if (unknown.isEmpty()) {
      return;
    }
    if (known.size() > MOST) {
      known.clear();
      unknown.addAll(wanted);
    }
    CompositeRows rows = new CompositeRows(layouts.dimension());
    unknown.forEach(each -> each.to(rows));
    try (PreparedStatement select =
        connection.prepareStatement("select tollgate.dimension_ids_2(?)")) {
      new Binder(select).rows(rows);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        Long[] ids = (Long[]) row.getArray(1).getArray();
        List<Dimension> asked = new ArrayList<>(unknown);
        for (int i = 0; i < ids.length; i++) {
          known.put(asked.get(i), ids[i]);
        }
      }
    }
  }

  long id(Dimension dimension) {
    Long id = known.get(dimension);
    if (id == null) {
      throw new IllegalStateException("not learned: " + dimension);
    }
    return id;
  }
}
