package dev.tollgate.dialects.format;

import dev.tollgate.domain.catalog.RouteTable.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Models in the shape that the SDKs of one dialect understand.
public interface ModelLists {
  /// One model, as JSON.
  String model(Route route);

  /// Models that a caller may use, as JSON.
  ///
  /// @param query what part of them is asked for
  /// @throws dev.tollgate.dialects.request.BadRequest when the query makes no sense
  String list(List<Route> routes, Query query);

  /// The parameters of a request's query.
  interface Query {
    /// The first value of a parameter, or null.
    @Nullable String first(String name);
  }
}
